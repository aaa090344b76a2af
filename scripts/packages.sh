# What the bootstrap scripts share: sourced by them, from the project's folder.

say() { echo "bootstrap: $*" >&2; }

# Installs Debian packages, as root or by sudo without a password; else says what to do, and ends.
install_packages() {
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      say "missing Debian packages, and neither root nor sudo without a password to install them."
      say "Try, as root: apt-get update && apt-get install --no-install-recommends $*"
      exit 1
    fi
    sudo=(sudo -n)
  fi
  say "installing $*"
  [ -n "${updated:-}" ] || "${sudo[@]}" apt-get update -qq
  updated=yes
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
