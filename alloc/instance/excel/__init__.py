"""Excel workbooks: `read` takes one as a source, `template` writes one, and `headings` names what both have."""
