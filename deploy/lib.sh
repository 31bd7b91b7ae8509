# shellcheck shell=bash disable=SC2034  # read by install and update
# What install and update share. Every step may be repeated: it changes what is not yet right.
set -euo pipefail
umask 022

HOME_OF_PORTAL=/opt/portal        # releases/<name>, current -> one of them
ETC=/etc/portal                   # env: the settings and secrets of this machine
DATA=/var/lib/portal              # media (private), static
BACKUPS=/var/backups/portal
CACHE=/run/portal-pages           # what nginx keeps; in memory, nginx makes it
KEPT_RELEASES=3
UNFINISHED=$HOME_OF_PORTAL/.unfinished  # there from the first change until all are in service

say() { printf '%s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }

# A file, no variable: "put" at the end of a pipe is a process of its own, and what a run changed that
# failed half-way is for the next one to put in service.
changed() { mkdir -p "$HOME_OF_PORTAL" && : >"$UNFINISHED"; }
is_changed() { [ -e "$UNFINISHED" ]; }
in_service() { rm -f "$UNFINISHED"; }

need_root() { [ "$(id -u)" = 0 ] || die "Xin chạy với quyền root: sudo $0 …"; }

has_systemd() { [ -d /run/systemd/system ]; }

# Run as the portal's user with the settings of this machine.
as_portal() {
  (cd "$1" && shift && runuser -u portal -- env ENV_FILE="$ETC/env" "$@")
}

# Write standard input to a file only where it differs; says so.
put() {
  local target=$1 mode=$2 owner=$3 new
  new=$(mktemp)
  cat >"$new"
  if ! cmp -s "$new" "$target"; then
    install -D -m "$mode" -o "${owner%:*}" -g "${owner#*:}" "$new" "$target"
    say "  ghi $target"
    changed
  fi
  rm -f "$new"
}

# A certificate and a key that belong together; nginx does not start with any other pair.
is_pair() { [ "$(openssl x509 -in "$1" -noout -pubkey)" = "$(openssl pkey -in "$2" -passin pass: -pubout)" ]; }

# Copy the program into a release of its own, with its libraries; prints the release's folder.
make_release() {
  local source=$1 name release lock=requirements.lock
  # Several hosts: uploads on S3 or a shared cache need libraries of their own.
  ! grep -qsE '^MEDIA_STORAGE_URL=.?s3' "$ETC/env" || lock=requirements-hosts.lock
  name=$(release_name "$source")
  release=$HOME_OF_PORTAL/releases/$name
  if [ ! -e "$release/.ready" ]; then
    rm -rf "$release"
    mkdir -p "$release"
    (cd "$source" && tar -cf - --exclude-vcs --exclude=./.venv --exclude=./media \
      --exclude=./staticfiles --exclude='./db.sqlite3*' --exclude=./.env --exclude=node_modules \
      --exclude=__pycache__ .) | tar -xf - -C "$release" --no-same-owner
    python3 -m venv "$release/.venv"
    "$release/.venv/bin/python" -m pip install --quiet --disable-pip-version-check \
      --require-hashes -r "$release/$lock" >&2
    "$release/.venv/bin/python" -m compileall -q "$release/portal" "$release/departments" "$release/news" || true
    chown -R root:root "$release"
    touch "$release/.ready"
    say "  bản $name" >&2
  fi
  printf '%s\n' "$release"
}

# The commit where there is one, else what the files say.
release_name() {
  if [ -e "$1/.git" ] && git -C "$1" -c safe.directory='*' rev-parse HEAD >/dev/null 2>&1; then
    printf '%s\n' "$(git -C "$1" -c safe.directory='*' rev-parse --short=12 HEAD)"
  else
    (cd "$1" && find . \( -path ./.git -o -path ./.venv -o -path ./media -o -path ./staticfiles -o -name __pycache__ \) -prune \
      -o -type f ! -name 'db.sqlite3*' ! -path ./.env -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12)
  fi
}

# Make the database fit the release and lay its static files beside those of the release before;
# see that it answers.
prepare() {
  as_portal "$1" .venv/bin/python manage.py check --deploy --fail-level ERROR >/dev/null
  as_portal "$1" .venv/bin/python manage.py migrate --verbosity=0 --no-input
  lay_static "$1"
  try_out "$1"
}

# Each kind of page once, before anybody sees the release. The one in service gets its own static
# files back: with those of the other its pages would fail after a restart.
try_out() {
  local old
  old=$(release_in_use)
  [ "$old" != "$1" ] || return 0
  as_portal "$1" .venv/bin/python manage.py smoke_test && return
  [ -n "$old" ] || die "Chưa đưa bản $(basename "$1") vào dùng."
  lay_static "$old"
  die "Chưa chuyển sang bản $(basename "$1"): bản đang dùng vẫn chạy như trước."
}

# The release that "current" names; nothing before the first.
release_in_use() { [ ! -e "$HOME_OF_PORTAL/current" ] || readlink -f "$HOME_OF_PORTAL/current"; }

# What a release calls its static files is noted beside them, so going back lays them again.
lay_static() { as_portal "$1" .venv/bin/python manage.py collectstatic --verbosity=0 --no-input; }

# Point "current" at a release, in one step, and "previous" at the one that it named.
switch_to() {
  local old
  old=$(release_in_use)
  [ "$old" != "$1" ] || return 0
  changed
  [ -z "$old" ] || ln -sfn "$old" "$HOME_OF_PORTAL/previous"
  ln -sfn "$1" "$HOME_OF_PORTAL/.next"
  mv -T "$HOME_OF_PORTAL/.next" "$HOME_OF_PORTAL/current"
  say "  dùng bản $(basename "$1")"
}

# What the nightly sweep compares the program with.
record_program() { as_portal "$1" .venv/bin/python manage.py sweep --learn >/dev/null; }

# Start the release that "current" names now.
put_in_service() {
  if has_systemd; then systemctl restart portal.service; else
    say "  không có systemd đang chạy: xin khởi động lại portal bằng tay"
  fi
  record_program "$1"
  in_service
}
