kubectl describe pvc data-garage-0 -n garage

# Look for events like:
# Warning  ProvisioningFailed  ...  Failed to provision volume
# Warning  FailedBinding       ...  no persistent volumes available
