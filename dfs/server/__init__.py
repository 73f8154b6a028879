"""HTTP only: one thin router per service."""
