"""The pages: each one puts a named question and shows the answer through one template."""
