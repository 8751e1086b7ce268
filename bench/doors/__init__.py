"""The same run through every door: real clients, real servers, four recordings, one set of findings."""
