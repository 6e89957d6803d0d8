//! What the kernel lets a container's processes do beyond what file modes say.

pub const CHOWN: u64 = 1;
pub const DAC_OVERRIDE: u64 = 1 << 1;
pub const FOWNER: u64 = 1 << 3;

/// Capabilities in the order of their numbers.
const NAMES: [&str; 41] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
];
pub const ALL: u64 = (1 << NAMES.len()) - 1;
/// What the runtime gives to containers.
pub const USUAL: u64 = 0xa804_25fb;

/// The capabilities that a name means, with or without `CAP_`.
pub fn capabilities(name: &str) -> u64 {
    let name = name.to_uppercase();
    let name = name.strip_prefix("CAP_").unwrap_or(&name);
    if name == "ALL" {
        return ALL;
    }
    NAMES.iter().position(|known| *known == name).map_or(0, |bit| 1 << bit)
}

/// A container's security settings as the kernel knows them.
#[derive(Debug, Clone, Default)]
pub struct Security {
    pub effective: u64,
    pub bounding: u64,
    pub no_new_privileges: bool,
    /// Whether a seccomp profile filters system calls.
    pub filtered: bool,
}
