//! The command line: types only.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Learn to fix Kubernetes at the keyboard: break it, watch it, understand it, repair it.
#[derive(Debug, Parser)]
#[command(name = "klab", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// The scenario to open, by number or name; without it the picker opens.
    pub scenario: Option<String>,
    #[command(flatten)]
    pub place: Place,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Where to play, and with which scenarios.
#[derive(Debug, Clone, Default, Args)]
pub struct Place {
    /// Play on the real cluster of this kubeconfig context; without it the practice cluster inside klab is used.
    #[arg(long, global = true, value_name = "NAME")]
    pub context: Option<String>,
    /// The kubeconfig file that holds the context.
    #[arg(long, global = true, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Use this namespace instead of one of the lab's own.
    #[arg(short, long, global = true)]
    pub namespace: Option<String>,
    /// Keeps learners apart on one cluster: the name is added to the namespace.
    #[arg(long, global = true, value_name = "NAME")]
    pub learner: Option<String>,
    /// A folder of scenarios, one scenario's folder, or a pack of them; they are added to klab's own.
    #[arg(long, global = true, value_name = "DIR|FILE")]
    pub scenarios: Option<PathBuf>,
    /// Pull the images of a registry from a mirror of it: `docker.io=registry.example`; may be given several times.
    #[arg(long = "mirror", global = true, value_name = "REGISTRY=MIRROR")]
    pub mirrors: Vec<String>,
    /// Show each change of these scenarios as it is saved, for whoever writes them.
    #[arg(long, global = true)]
    pub watch: bool,
    /// How fast the practice cluster's clock runs.
    #[arg(long, global = true, default_value_t = 1.0, value_name = "X")]
    pub speed: f64,
    /// What the practice cluster's names and delays grow from; without it they are new each time.
    #[arg(long, global = true, value_name = "N")]
    pub seed: Option<u64>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// What scenarios there are.
    List {
        #[command(flatten)]
        form: Form,
    },
    /// One scenario: its lesson, manifests and goals.
    Show {
        scenario: String,
        #[arg(long)]
        json: bool,
    },
    /// Play scenarios without a screen and report each step; exit status 1 when one does not hold.
    Run(Run),
    /// Check scenarios as they are written and as they play: file, line, what and what to do; exit status 1 on errors.
    Check(Check),
    /// Write a scenario to start from: a folder that passes `klab check` and `klab run`.
    New(New),
    /// Make one file of a folder of scenarios, to hand on; `klab --scenarios FILE.klab` opens it.
    Pack(Pack),
    /// A fault drawn by chance, sometimes two, against the clock: no lesson, no hints, no clue.
    Drill(Drill),
    /// How far you came with each scenario.
    Progress {
        #[command(subcommand)]
        what: Option<ProgressWhat>,
    },
    /// Print your settings, with comments: theme, mouse, keys.
    Config,
    /// Print completions for a shell: `source <(klab completions bash)`.
    Completions { shell: clap_complete::Shell },
    /// Print the manual page: `klab man | man -l -`.
    Man,
    /// The practice cluster on 127.0.0.1, for your own kubectl; serves until Ctrl-C.
    Serve(Serve),
}

#[derive(Debug, Subcommand)]
pub enum ProgressWhat {
    /// Forget it: of one scenario, or of all.
    Reset {
        scenario: Option<String>,
        /// Agree to it.
        #[arg(long)]
        yes: bool,
    },
}

/// What `klab check` looks at.
#[derive(Debug, Clone, Default, Args)]
pub struct Check {
    /// Folders of scenarios, or scenarios' folders; without one, all that klab has.
    #[arg(value_name = "DIR")]
    pub dirs: Vec<PathBuf>,
    /// Only read; play nothing on the practice cluster.
    #[arg(long)]
    pub no_play: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What `klab drill` draws; `--seed` draws the same again.
#[derive(Debug, Clone, Default, Args)]
pub struct Drill {
    /// Only faults of this level.
    #[arg(long, value_parser = ["beginner", "intermediate", "advanced"])]
    pub level: Option<String>,
    /// How long there is for it; without it, as long as the lessons take, at most 25.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=600))]
    pub minutes: Option<u32>,
}

/// What `klab new` writes.
#[derive(Debug, Clone, Default, Args)]
pub struct New {
    /// The folder to make, like `12-wrong-port`.
    pub name: PathBuf,
    /// Start from manifests that there are: what breaks it, and what mends it.
    #[arg(long, num_args = 2, value_names = ["BROKEN", "SOLUTION"])]
    pub from: Vec<PathBuf>,
}

/// What `klab pack` packs.
#[derive(Debug, Clone, Default, Args)]
pub struct Pack {
    /// A folder of scenarios, or a scenario's folder.
    pub dir: PathBuf,
    /// The file to write; without it, the folder's name with `.klab`.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Leave out solution/, the words that explain it and other repairs: the learners' copy.
    #[arg(long)]
    pub no_solution: bool,
}

/// What `klab run` plays.
#[derive(Debug, Clone, Default, Args)]
pub struct Run {
    /// Scenarios by number or name.
    #[arg(value_name = "SCENARIO")]
    pub names: Vec<String>,
    /// Every scenario there is.
    #[arg(long, conflicts_with = "names")]
    pub all: bool,
    /// How many to play at once; without it, on the practice cluster as many as there are processors, on a real one 1.
    #[arg(long, value_name = "N", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=64))]
    pub jobs: Option<usize>,
    /// Agree to write to the real cluster that --context names.
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    pub form: Form,
}

/// The form of a report.
#[derive(Debug, Clone, Default, Args)]
pub struct Form {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Print a table in GitHub's Markdown.
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Write JUnit XML to this file besides.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

impl Form {
    /// For people, as it happens.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        !self.json && !self.markdown
    }
}

/// What `klab serve` serves, and where.
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// The port on 127.0.0.1; 0 is any free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Write the kubeconfig here; without it, into klab's state folder while it serves.
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// How images behave, besides the built-in ones: as under `images:` in a scenario.yaml.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub images: Vec<PathBuf>,
    /// How many nodes there are.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=100))]
    pub nodes: usize,
    /// The name of the first node.
    #[arg(long, default_value = "practice", value_name = "NAME")]
    pub node_name: String,
    /// The API and its controllers alone: no node, no scheduler, nothing runs.
    #[arg(long, conflicts_with_all = ["nodes", "node_name"])]
    pub empty: bool,
    /// Print where the practice cluster stops short of Kubernetes, and end.
    #[arg(long)]
    pub limits: bool,
}
