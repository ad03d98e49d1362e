kubectl get pvc -n garage

# NAME            CAPACITY   POD
# data-garage-0   10Gi       garage-0
# meta-garage-0   1Gi        garage-0
# data-garage-1   10Gi       garage-1
# meta-garage-1   1Gi        garage-1
# data-garage-2   10Gi       garage-2
# meta-garage-2   1Gi        garage-2
