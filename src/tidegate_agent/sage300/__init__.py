"""The SOAP gateway of Sage 300: views over COM, for what its Web API does not have (contract of Sage 300, section 16)."""
