"""What the API answers and takes, as OpenAPI and the page's TypeScript types know it.

One noun a file. Rows of a table are shaped by the declaration of that table in `model`, so that a
column exists in one place only.
"""
