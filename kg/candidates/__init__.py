"""Names that may be one organisation: proposals with reasons for a person to decide. Nothing here merges anything."""

from kg.candidates.proposals import Candidate, OrganisationUse, candidates
from kg.candidates.pseudo import pseudo

__all__ = ["Candidate", "OrganisationUse", "candidates", "pseudo"]
