"""unswarm finds networks of accounts acting in concert and shows the evidence."""
