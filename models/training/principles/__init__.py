"""Principles of a task, told by one model, by which another writes examples to learn from.

`seeds` are few and given; `levels` group them, `summarising` asks what holds for each group, and
`keeping` says which principles stay. `drafting` draws what an example is written by,
`writing` asks for it (through `asking`, in the words of `wording`), `answers` reads it, `judging`
looks at it by its `likeness` to others, and `sifting` leaves what is learned from, with `reports`
of how diverse it is and what of the seeds can be found in it, and `accounts` of tokens and energy.
`prompting` trains nothing.
"""
