"""What can be known of how two elements relate: candidates, composition, closure and contradiction."""
