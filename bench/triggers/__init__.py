"""Do the tests of ``vitne triggers`` keep their promises?  Simulated days, with and without a trigger."""
