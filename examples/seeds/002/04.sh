# In pod
sqlite3 /data/db.sqlite "PRAGMA integrity_check;"
