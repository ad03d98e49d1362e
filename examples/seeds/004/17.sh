kubectl describe pod garage-0 -n garage

# Events:
# Warning  FailedMount  ...  Unable to attach or mount volumes
