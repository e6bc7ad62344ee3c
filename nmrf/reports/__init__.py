"""Reports: drafts, paragraphs with lasting identity, redline, word budget, Word in and out."""
