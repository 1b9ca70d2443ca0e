#!/bin/sh
# pg_dump and pg_restore as they are in this image, with the libraries and the loader that they were built for, in a folder
# of their own: they then run in an image of another make, whose own are older than the server.
set -eu
here=/usr/lib/postgresql/17/bin to=/client lives=/opt/postgresql-client
mkdir -p "$to/bin" "$to/lib"
mkdir -m 700 /backups
for program in pg_dump pg_restore; do
  cp "$here/$program" "$to/lib/$program"
  for library in $(ldd "$here/$program" | grep -o '/[^ ]*'); do cp -Lu "$library" "$to/lib/"; done
  loader=$(basename "$(ls "$to"/lib/ld-linux*)")
  printf '#!/bin/sh\nexec %s/lib/%s --library-path %s/lib %s/lib/%s "$@"\n' \
    "$lives" "$loader" "$lives" "$lives" "$program" > "$to/bin/$program"
  chmod 755 "$to/bin/$program"
done
