//! klab: parses the command line, picks what to do, maps the result to an exit status.

use std::process::ExitCode;

use clap::Parser;
use klab::app::{self, Settings, StartError};
use klab::cli::{Cli, Command, ProgressWhat};

/// Usage was wrong, or what the command line names is not there.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match go(cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("klab: {error:#}");
            let usage = error.is::<StartError>()
                || error
                    .downcast_ref::<std::io::Error>()
                    .is_some_and(|error| error.kind() == std::io::ErrorKind::Other);
            ExitCode::from(if usage { USAGE } else { 1 })
        }
    }
}

/// Does what the command line says; false when a step did not hold.
fn go(cli: Cli) -> anyhow::Result<bool> {
    let mut place = cli.place;
    if matches!(cli.command, Some(Command::Serve(_))) {
        // There the option names the file to write.
        place.kubeconfig = None;
    }
    let mut open = cli.scenario;
    if let Some(Command::New(new)) = &cli.command {
        app::new::run(new)?;
        if !place.watch {
            return Ok(true);
        }
        open = new.name.file_name().map(|name| name.to_string_lossy().into_owned());
        place.scenarios = Some(new.name.clone());
    }
    if let Some(Command::Drill(wanted)) = &cli.command {
        let settings = app::drill::settings(place, wanted)?;
        let again = app::drill::again(&settings);
        on_screen(settings, Some(app::drill::FOLDER.to_owned()))?;
        again.iter().for_each(|again| println!("{again}   # plays the same drill again"));
        return Ok(true);
    }
    let settings = match cli.command {
        Some(Command::Serve(_)) => Settings::without_lessons(place)?,
        Some(Command::List { .. }) => Settings::as_written(place)?,
        _ => Settings::new(place)?,
    };
    match cli.command {
        None | Some(Command::New(_) | Command::Drill(_)) => {
            let open = open.map(|name| settings.scenario(&name).map(|scenario| scenario.folder.clone())).transpose()?;
            on_screen(settings, open)?;
            Ok(true)
        }
        Some(Command::List { form }) => {
            let good = app::report::list(&settings.library, &form)?;
            // the program ends here: to take a thousand lessons apart first would only take time
            std::mem::forget(settings);
            Ok(good)
        }
        Some(Command::Show { scenario, json }) => Ok(app::report::show(settings.scenario(&scenario)?, json)?),
        Some(Command::Run(run)) => app::proof::run(settings, &run),
        Some(Command::Check(check)) => app::check::run(settings, &check),
        Some(Command::Pack(pack)) => app::pack::run(&pack),
        Some(Command::Progress { what: None }) => Ok(app::papers::progress(&settings).map(|()| true)?),
        Some(Command::Progress {
            what: Some(ProgressWhat::Reset { scenario, yes }),
        }) => app::papers::reset(&settings, scenario.as_deref(), yes).map(|()| true),
        Some(Command::Config) => Ok(app::papers::config(&settings).map(|()| true)?),
        Some(Command::Completions { shell }) => {
            app::papers::completions(shell);
            Ok(true)
        }
        Some(Command::Man) => Ok(app::papers::man().map(|()| true)?),
        Some(Command::Serve(serve)) => {
            let runtime = runtime()?;
            runtime.block_on(app::serve::run(serve, &settings))?;
            runtime.shutdown_background();
            Ok(true)
        }
    }
}

/// The lab on the terminal, until the learner leaves.
fn on_screen(settings: Settings, open: Option<String>) -> anyhow::Result<()> {
    let runtime = runtime()?;
    runtime.block_on(app::play(settings, open))?;
    runtime.shutdown_background();
    Ok(())
}

/// One thread for all that waits: the cluster, its callers and the screen wake each other without another thread's help.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
