"""Whether events on the device set transmissions off: three graded tests, and what else may explain it."""
