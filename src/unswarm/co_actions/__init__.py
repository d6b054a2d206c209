"""Who did the same thing at the same time: traces → co-actions → totals of each pair.

`sql` is the definition, and what runs on every engine. The same by the compiled kernel, whose
memory grows with traces and results but not with pairs: traces as `coded` arrays, `heavy` events
set aside, rows walked (`compiled`), `pair_totals` out; through the disk where need be (`spill`).
`plan` decides between the two; `totals` is the whole way from a table of traces to the edges.
"""
