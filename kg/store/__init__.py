"""Where quads live and are asked about: in this workspace, or behind a SPARQL endpoint."""
