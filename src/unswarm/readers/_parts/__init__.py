"""What the readers share: files and lines, values, JSON, columns, batches."""
