"""The demonstration: real sandbox servers, a real configuration file, the real loop, a fast clock."""
