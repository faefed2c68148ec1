"""What producers share that needs torch. A method itself is one file in `models/producers`.

`text` learns from conversations, `retrieval` from queries and what answers them, `scratch` from
nothing before; `running` goes around the steps of all of them, and `ranges` says what numbers may
be. What methods of papers are made of: `practice` (problems, attempts), `making` (data by way of a
teacher), `rounds`; and by their ideas `em`, `preferences`, `principles`, `graphs`, `grounding`.
`export` writes a checkpoint as ONNX.
"""
