kubectl delete pvc my-app-data
