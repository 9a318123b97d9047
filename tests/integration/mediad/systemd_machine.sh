#!/bin/sh
# Boots Debian's systemd as process 1 of new namespaces: systemd_machine.sh SCRATCH SOURCE PYTHON_PREFIX SITE_PACKAGES SITE
# The root is this machine's, under an overlay in memory, so that nothing here is written to.
set -e
scratch=$1 source=$2 prefix=$3 packages=$4 site=$5
root=$scratch/root
mount --make-rprivate /
mkdir -p "$root" "$scratch/memory"
mount -t tmpfs none "$scratch/memory"
mkdir "$scratch/memory/upper" "$scratch/memory/work"
mount -t overlay overlay -o "lowerdir=/,upperdir=$scratch/memory/upper,workdir=$scratch/memory/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
for place in run tmp var/lib dev; do
    mount -t tmpfs -o mode=755 tmpfs "$root/$place"
done
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"

# The program where the unit expects it. Home directories are closed to the service, so nothing may lie there.
mkdir -p "$root/opt/mediad/bin" "$root/opt/mediad/lib" "$root/opt/python" "$root/opt/source" "$root/etc/mediad"
mount --bind "$prefix" "$root/opt/python"
mount --bind "$source" "$root/opt/source"
cat >"$root/opt/mediad/bin/mediad" <<PROGRAM
#!/opt/python/bin/python3
import sys
sys.path[:0] = ["/opt/source", "/opt/packages"]
from mediad.__main__ import main
main()
PROGRAM
chmod 755 "$root/opt/mediad/bin/mediad"
mkdir -p "$root/opt/packages"
mount --bind "$packages" "$root/opt/packages"

# As docs/guide/install.md says.
mkdir -p "$root/usr/lib/sysusers.d" "$root/usr/lib/tmpfiles.d" "$root/etc/systemd/system"
cp "$source/systemd/mediad.sysusers" "$root/usr/lib/sysusers.d/mediad.conf"
cp "$source/systemd/mediad.tmpfiles" "$root/usr/lib/tmpfiles.d/mediad.conf"
cp "$source/systemd/mediad.service" "$root/etc/systemd/system/"
cp "$site/mediad.toml" "$root/etc/mediad/"
cp -r "$site/keys" "$root/etc/mediad/keys"
cp -r "$site/data" "$root/var/lib/mediad"
cp -r "$site/bays" "$root/var/lib/bays"
systemd-sysusers --root="$root"
chroot "$root" chgrp mediad /etc/mediad /etc/mediad/mediad.toml
chmod 640 "$root/etc/mediad/mediad.toml"
chroot "$root" chown -R mediad: /var/lib/mediad /var/lib/bays
mkdir -p "$root/etc/systemd/system/mediad.service.d"
# Workers are started with the same two folders; the interpreter here has no environment of its own.
printf '[Service]\nEnvironment=PYTHONPATH=/opt/source:/opt/packages LD_LIBRARY_PATH=/opt/python/lib\n' \
    >"$root/etc/systemd/system/mediad.service.d/here.conf"
# What would touch the kernel that all share.
for unit in systemd-sysctl.service systemd-modules-load.service sys-kernel-debug.mount sys-kernel-tracing.mount \
    sys-fs-fuse-connections.mount dev-hugepages.mount systemd-udevd.service; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
printf '[Unit]\nRequires=basic.target\nAfter=basic.target\n' >"$root/etc/systemd/system/small.target"
cd "$root"
mkdir -p old
pivot_root . old
umount -l old
# Credentials are mounted in a namespace of their own and have to show in this one.
mount --make-rshared /
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --unit=small.target --log-target=journal --show-status=no
