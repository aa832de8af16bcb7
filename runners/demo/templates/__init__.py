"""Go's templates as far as the demo's charts use them; whatever else a template says is an error with its line."""
