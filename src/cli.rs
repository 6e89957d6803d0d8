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
    /// A folder of scenarios, or one scenario's folder; they are added to klab's own.
    #[arg(long, global = true, value_name = "DIR")]
    pub scenarios: Option<PathBuf>,
    /// How fast the practice cluster's clock runs.
    #[arg(long, global = true, default_value_t = 1.0, value_name = "X")]
    pub speed: f64,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// What scenarios there are.
    List {
        #[arg(long)]
        json: bool,
    },
    /// One scenario: its lesson, manifests and goals.
    Show {
        scenario: String,
        #[arg(long)]
        json: bool,
    },
    /// Play scenarios without a screen and report each step; exit status 1 when one does not hold.
    Run {
        /// Scenarios by number or name.
        #[arg(value_name = "SCENARIO")]
        names: Vec<String>,
        /// Every scenario there is.
        #[arg(long, conflicts_with = "names")]
        all: bool,
        #[arg(long)]
        json: bool,
        /// Agree to write to the real cluster that --context names.
        #[arg(long)]
        yes: bool,
    },
}
