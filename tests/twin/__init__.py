"""What tests of the two hubs need besides: which branches of the rules a small hub took, read from its tables."""
