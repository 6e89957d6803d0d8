//! What `/proc` tells: the facts of a process and of its container.

use super::files::{Files, Medium};
use super::hold;
use super::process::Process;

/// A file of `/proc` whose content is worked out when it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    Status,
    CommandLine,
    Command,
    Mounts,
}

/// The facts of a process by their file's name.
pub const OF_PROCESS: [(&str, Fact); 4] = [
    ("status", Fact::Status),
    ("cmdline", Fact::CommandLine),
    ("comm", Fact::Command),
    ("mounts", Fact::Mounts),
];

/// What stands in such a file of a process.
pub fn content(process: &Process, fact: Fact, pid: u32) -> String {
    let argv = hold(&process.kernel.table).get(&pid).map(|known| known.argv.clone()).unwrap_or_default();
    let name = argv.first().map_or("", |first| first.rsplit('/').next().unwrap_or_default());
    match fact {
        Fact::Status => status(process, pid, name),
        Fact::CommandLine => argv.iter().map(|word| format!("{word}\0")).collect(),
        Fact::Command => format!("{name:.15}\n"),
        Fact::Mounts => table(&process.kernel.files)
            .iter()
            .map(|row| format!("{} {} {} {} 0 0\n", row.source, row.at, row.system, row.options))
            .collect(),
    }
}

fn status(process: &Process, pid: u32, name: &str) -> String {
    let facts = &process.kernel.facts;
    let parent = hold(&process.kernel.table).get(&pid).map_or(0, |known| known.parent);
    let state = if pid == process.pid { "R (running)" } else { "S (sleeping)" };
    let four = |id: i64| [id.to_string(), id.to_string(), id.to_string(), id.to_string()].join("\t");
    let groups: String = facts.groups.iter().map(|id| format!("{id} ")).collect();
    let security = &facts.security;
    let filtered = i32::from(security.filtered);
    format!(
        "Name:\t{name:.15}\nUmask:\t0022\nState:\t{state}\nTgid:\t{pid}\nNgid:\t0\nPid:\t{pid}\nPPid:\t{parent}\nTracerPid:\t0\n\
         Uid:\t{}\nGid:\t{}\nFDSize:\t64\nGroups:\t{groups}\nNStgid:\t{pid}\nNSpid:\t{pid}\nNSpgid:\t{pid}\nNSsid:\t1\nThreads:\t1\n\
         CapInh:\t{:016x}\nCapPrm:\t{:016x}\nCapEff:\t{:016x}\nCapBnd:\t{:016x}\nCapAmb:\t{:016x}\n\
         NoNewPrivs:\t{}\nSeccomp:\t{}\nSeccomp_filters:\t{filtered}\n",
        four(facts.user),
        four(facts.group),
        0,
        security.effective,
        security.effective,
        security.bounding,
        0,
        i32::from(security.no_new_privileges),
        filtered * 2,
    )
}

/// A mounted file system as the kernel lists it.
pub struct Row {
    pub source: &'static str,
    pub at: String,
    pub system: &'static str,
    pub options: String,
    pub medium: Medium,
}

impl Row {
    fn new(source: &'static str, at: &str, system: &'static str, options: &str, medium: Medium) -> Self {
        Self {
            source,
            at: at.to_owned(),
            system,
            options: options.to_owned(),
            medium,
        }
    }

    /// A volume, or a file that is mounted as one.
    fn volume(at: &str, read_only: bool, medium: Medium) -> Self {
        let access = if read_only { "ro" } else { "rw" };
        match medium {
            Medium::Memory(bytes) => {
                let options = format!("{access},relatime,size={}k,noswap", bytes / 1024);
                Self::new("tmpfs", at, "tmpfs", &options, medium)
            }
            _ => Self::new("/dev/vda1", at, "ext4", &format!("{access},relatime"), medium),
        }
    }
}

/// The mounted file systems in the runtime's order: those of the volumes by how deep they lie.
pub fn table(files: &Files) -> Vec<Row> {
    const PLAIN: &str = "nosuid,nodev,noexec,relatime";
    let small = Medium::Memory(65_536 * 1024);
    let nothing = Medium::Memory(0);
    let read_only = files.mounts.first().is_some_and(|root| root.read_only);
    let root = if read_only { "ro,relatime" } else { "rw,relatime" };
    let mut rows = vec![
        Row::new("overlay", "/", "overlay", root, Medium::Overlay),
        Row::new("proc", "/proc", "proc", &format!("rw,{PLAIN}"), nothing),
        Row::new("tmpfs", "/dev", "tmpfs", "rw,nosuid,size=65536k,mode=755", small),
        Row::new("devpts", "/dev/pts", "devpts", "rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666", nothing),
        Row::new("mqueue", "/dev/mqueue", "mqueue", &format!("rw,{PLAIN}"), nothing),
        Row::new("sysfs", "/sys", "sysfs", &format!("ro,{PLAIN}"), nothing),
        Row::new("cgroup", "/sys/fs/cgroup", "cgroup2", &format!("ro,{PLAIN}"), nothing),
    ];
    let mounts = files.mounts.iter().skip(1);
    let mut volumes: Vec<Row> = mounts.map(|mount| Row::volume(&mount.at, mount.read_only, mount.medium)).collect();
    let disk = |at: &str| Row::volume(at, false, Medium::Disk);
    // The kubelet's own come after the volumes, the runtime's after those.
    volumes.insert(volumes.len().saturating_sub(1), disk("/etc/hosts"));
    volumes.extend(["/etc/hostname", "/etc/resolv.conf"].map(disk));
    volumes.push(Row::new("shm", "/dev/shm", "tmpfs", &format!("rw,{PLAIN},size=65536k"), small));
    volumes.sort_by_key(|row| row.at.matches('/').count());
    rows.extend(volumes);
    rows
}
