"""The second reading of a plan: exact decimal arithmetic, and nothing shared with the model."""

from alloc.audit.horizon import audit_years
from alloc.audit.inspection import CHECKS, audit
from alloc.audit.verdict import Audit, Finding

__all__ = ["CHECKS", "Audit", "Finding", "audit", "audit_years"]
