"""Phase 2: from granted time to observation blocks ready at the telescope."""
