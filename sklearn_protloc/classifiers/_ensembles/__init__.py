"""Several multi-label classifiers, answering as one."""
