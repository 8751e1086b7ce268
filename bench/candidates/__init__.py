"""What a scan without a subject says of real requests, against what a person read in them."""
