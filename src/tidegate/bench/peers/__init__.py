"""What users would pick instead, beside Tidegate, in one run: `tidegate bench --peers`."""
