"""What producers share that needs torch. A method itself is one file in `models/producers`.

For every training: `course` (curves, costs, what goes wrong), `stepping`, `watch`, `checkpoints`,
`interruption`, `ranges`. For text: `conversations` are read, `rendering` makes them tokens, and
`settings`, `base`, `data`, `reference`, `optimisation`, `trainers` and `saving` fine-tune on them.
From nothing: `tokenizer`, `packing`, `pretraining`. For retrievers: `retrieval`. `export` writes a
checkpoint as ONNX.
"""
