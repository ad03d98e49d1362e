kubectl get pvc -n garage

# NAME            STATUS    VOLUME   CAPACITY
# data-garage-0   Pending   ...      ...
