"""Who did the same thing at the same time: traces → co-actions → totals of each pair.

`sql` is the definition, and what runs on every engine. `counting` is the same by the compiled
kernel, whose memory grows with traces and results but not with pairs. `plan` decides between them;
`totals` is the whole way from a table of traces to the edges.
"""
