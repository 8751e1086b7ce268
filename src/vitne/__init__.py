"""What personal data does this device send, in what form, to whom, and can you prove it?"""
