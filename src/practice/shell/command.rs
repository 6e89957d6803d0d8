//! Lists, pipelines and simple commands.

use std::sync::Arc;

use brush_parser::ast::{
    AndOr, AndOrList, Assignment, AssignmentName, AssignmentValue, Command, CommandPrefixOrSuffixItem, CompoundList, IoRedirect, Pipeline, SeparatorOperator,
    SimpleCommand, Word,
};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{Flow, Shell, builtin, tools};
use crate::practice::runtime::pipe::pipe;
use crate::practice::runtime::process::{File, Process};

impl Shell {
    /// Commands one after the other; those with `&` behind them go on by themselves.
    pub(super) fn list<'a>(&'a mut self, list: &'a CompoundList) -> BoxFuture<'a, Flow> {
        async move {
            let ending = std::mem::take(&mut self.ending);
            for (index, item) in list.0.iter().enumerate() {
                self.process.kernel.step().await;
                self.ending = ending && index + 1 == list.0.len();
                let flow = if matches!(item.1, SeparatorOperator::Async) {
                    self.fork(item.0.clone());
                    Flow::Next
                } else {
                    self.and_or(&item.0).await
                };
                if flow != Flow::Next {
                    return flow;
                }
                let flow = self.caught().await;
                if flow != Flow::Next {
                    return flow;
                }
            }
            Flow::Next
        }
        .boxed()
    }

    /// Runs a list in the background.
    fn fork(&mut self, list: AndOrList) {
        let mut shell = self.clone();
        shell.traps.clear();
        shell.children.clear();
        let argv = vec![list.to_string()];
        let pid = self.process.spawn(argv, |mut process| {
            process.files.insert(0, File::Null);
            async move {
                shell.process = process;
                shell.and_or(&list).await;
                let code = shell.status;
                shell.leave(code).await
            }
        });
        self.background = pid;
        self.children.insert(pid);
        self.status = 0;
    }

    async fn and_or(&mut self, list: &AndOrList) -> Flow {
        let last = list.additional.len();
        let ending = std::mem::take(&mut self.ending);
        for (index, pipeline) in std::iter::once(None).chain(list.additional.iter().map(Some)).enumerate() {
            let pipeline = match pipeline {
                None => &list.first,
                Some(AndOr::And(_)) if self.status != 0 => continue,
                Some(AndOr::Or(_)) if self.status == 0 => continue,
                Some(AndOr::And(next) | AndOr::Or(next)) => next,
            };
            let condition = u32::from(index < last || pipeline.bang);
            self.conditions += condition;
            self.ending = ending && condition == 0;
            let flow = self.pipeline(pipeline).await;
            self.conditions -= condition;
            if flow != Flow::Next {
                return flow;
            }
            if self.status != 0 && self.set.exit && self.conditions == 0 && condition == 0 {
                return Flow::Exit;
            }
        }
        Flow::Next
    }

    async fn pipeline(&mut self, pipeline: &Pipeline) -> Flow {
        self.ending &= matches!(pipeline.seq.as_slice(), [Command::Simple(_)]);
        let flow = match pipeline.seq.as_slice() {
            [] => Flow::Next,
            [one] => self.command(one).await,
            several => self.piped(several).await,
        };
        if pipeline.bang && flow == Flow::Next {
            self.status = i32::from(self.status == 0);
        }
        flow
    }

    /// Several commands, each a process of its own, tied together.
    async fn piped(&mut self, commands: &[Command]) -> Flow {
        let mut input = None;
        let mut children = Vec::new();
        for (index, command) in commands.iter().enumerate() {
            let (mut shell, command) = (self.clone(), command.clone());
            shell.traps.clear();
            let mut files = self.process.files.clone();
            if let Some(reader) = input.take() {
                files.insert(0, File::Read(reader));
            }
            if index + 1 < commands.len() {
                let (reader, writer) = pipe();
                files.insert(1, File::Write(writer));
                input = Some(reader);
            }
            children.push(self.process.spawn(vec![command.to_string()], |mut process| {
                process.files = files;
                async move {
                    shell.process = process;
                    shell.command(&command).await;
                    let code = shell.status;
                    shell.leave(code).await
                }
            }));
        }
        let mut failed = 0;
        for child in children {
            self.status = self.process.wait(child, false).await.unwrap_or(127);
            if self.status != 0 {
                failed = self.status;
            }
        }
        if self.set.pipe_fail && self.status == 0 {
            self.status = failed;
        }
        Flow::Next
    }

    pub(super) fn command<'a>(&'a mut self, command: &'a Command) -> BoxFuture<'a, Flow> {
        async move {
            match command {
                Command::Simple(simple) => self.simple(simple).await,
                Command::Compound(compound, redirects) => self.compound(compound, redirects.as_ref()).await,
                Command::Function(function) => {
                    self.functions.insert(function.fname.value.clone(), std::sync::Arc::new(function.body.clone()));
                    self.status = 0;
                    Flow::Next
                }
                Command::ExtendedTest(test, _) => self.extended(&test.expr).await,
            }
        }
        .boxed()
    }

    /// Assignments, then a program, function or builtin with its redirections.
    async fn simple(&mut self, simple: &SimpleCommand) -> Flow {
        let ending = std::mem::take(&mut self.ending);
        if let (Some(before), Some(place)) = (self.before, simple.word_or_name.as_ref().and_then(|word| word.loc.as_ref())) {
            self.at = before + place.start.line;
        }
        let (mut assignments, mut redirects, mut words): (Vec<&Assignment>, Vec<&IoRedirect>, Vec<&Word>) = Default::default();
        for part in simple.prefix.iter().flat_map(|prefix| &prefix.0) {
            match part {
                CommandPrefixOrSuffixItem::AssignmentWord(assignment, _) => assignments.push(assignment),
                CommandPrefixOrSuffixItem::IoRedirect(redirect) => redirects.push(redirect),
                CommandPrefixOrSuffixItem::Word(word) => words.push(word),
                CommandPrefixOrSuffixItem::ProcessSubstitution(..) => return self.cannot("process substitution").await,
            }
        }
        words.extend(&simple.word_or_name);
        let mut assigned: Vec<bool> = vec![false; words.len()];
        for part in simple.suffix.iter().flat_map(|suffix| &suffix.0) {
            match part {
                CommandPrefixOrSuffixItem::AssignmentWord(_, word) => {
                    words.push(word);
                    assigned.push(true);
                }
                CommandPrefixOrSuffixItem::Word(word) => {
                    words.push(word);
                    assigned.push(false);
                }
                CommandPrefixOrSuffixItem::IoRedirect(redirect) => redirects.push(redirect),
                CommandPrefixOrSuffixItem::ProcessSubstitution(..) => return self.cannot("process substitution").await,
            }
        }
        self.substituted = false;
        let mut argv = Vec::new();
        for (index, word) in words.into_iter().enumerate() {
            let declares = argv
                .first()
                .is_some_and(|name: &String| matches!(name.as_str(), "export" | "readonly" | "local"));
            let expanded = if assigned[index] && declares {
                self.whole(&word.value).await.map(|text| vec![text])
            } else {
                self.fields(&word.value).await
            };
            match expanded {
                Ok(fields) => argv.extend(fields),
                Err(flow) => return flow,
            }
        }
        if argv.is_empty() {
            return self.assignments(&assignments, &redirects).await;
        }
        if self.set.trace {
            self.process.complain(format!("+ {}", argv.join(" "))).await;
        }
        self.run(argv, &assignments, &redirects, ending).await
    }

    /// A command of assignments only.
    async fn assignments(&mut self, assignments: &[&Assignment], redirects: &[&IoRedirect]) -> Flow {
        for assignment in assignments {
            match self.assigned(assignment).await {
                Ok((name, value, more)) => {
                    if let Err(why) = self.assign(&name, value, more).await {
                        self.complain(why).await;
                        self.status = 2;
                        return Flow::Exit;
                    }
                }
                Err(flow) => return flow,
            }
        }
        // The command's status is that of the last substitution in it.
        let status = if self.substituted { self.status } else { 0 };
        match self.redirected(redirects).await {
            Ok(_) => self.status = status,
            Err(()) => self.status = 1,
        }
        Flow::Next
    }

    /// Name and value of an assignment.
    async fn assigned(&mut self, assignment: &Assignment) -> Result<(String, String, u64), Flow> {
        let (AssignmentName::VariableName(name), AssignmentValue::Scalar(word)) = (&assignment.name, &assignment.value) else {
            self.cannot("arrays").await;
            return Err(Flow::Next);
        };
        self.more = 0;
        let mut value = self.whole(&word.value).await?;
        if assignment.append {
            value.insert_str(0, self.value(name).unwrap_or_default());
        }
        Ok((name.clone(), value, std::mem::take(&mut self.more)))
    }

    async fn run(&mut self, argv: Vec<String>, assignments: &[&Assignment], redirects: &[&IoRedirect], ending: bool) -> Flow {
        let Ok(files) = self.redirected(redirects).await else {
            self.status = 1;
            return if builtin::special(&argv[0]) { Flow::Exit } else { Flow::Next };
        };
        let mut extra = Vec::new();
        for assignment in assignments {
            match self.assigned(assignment).await {
                Ok((name, value, _)) => extra.push((name, value)),
                Err(flow) => return flow,
            }
        }
        if argv[0] == "exec" {
            self.process.files = files;
            if argv.len() == 1 {
                self.status = 0;
                return Flow::Next;
            }
            self.signals_default();
            self.status = self.external(argv[1..].to_vec(), extra, true).await;
            self.traps.clear();
            return Flow::Exit;
        }
        let plain = !self.functions.contains_key(&argv[0]) && !builtin::knows(&argv[0]);
        if ending && plain && self.traps.is_empty() {
            self.process.files = files;
            self.status = self.external(argv, extra, true).await;
            return Flow::Exit;
        }
        let before = std::mem::replace(&mut self.process.files, files);
        let flow = self.invoke(argv, extra).await;
        self.process.files = before;
        flow
    }

    async fn invoke(&mut self, argv: Vec<String>, extra: Vec<(String, String)>) -> Flow {
        if let Some(body) = self.functions.get(&argv[0]).cloned() {
            return self.function(&body, argv, extra).await;
        }
        if builtin::knows(&argv[0]) {
            let kept: Vec<_> = extra.iter().map(|(name, _)| (name.clone(), self.variables.get(name).cloned())).collect();
            for (name, value) in extra {
                // A read-only variable stays what it is.
                let _ = self.assign(&name, value, 0).await;
            }
            let special = builtin::special(&argv[0]);
            let flow = self.builtin(argv).await;
            if !special {
                for (name, variable) in kept {
                    match variable {
                        Some(variable) => drop(self.variables.insert(name, variable)),
                        None => drop(self.variables.remove(&name)),
                    }
                }
            }
            return flow;
        }
        self.status = self.external(argv, extra, false).await;
        Flow::Next
    }

    /// Runs a program in the foreground, as a process of its own or in the place of the shell.
    pub(super) async fn external(&mut self, argv: Vec<String>, extra: Vec<(String, String)>, in_place: bool) -> i32 {
        let mut env = self.environment();
        env.extend(extra);
        let process = Process {
            env: Arc::new(env),
            ..self.process.clone()
        };
        match tools::find(&process, &argv[0]) {
            Ok(_) if in_place => tools::execute(process, argv).await,
            Ok(_) => {
                let child = self.process.kernel.enter(self.process.pid, argv.clone());
                let process = Process { pid: child, ..process };
                let code = tools::execute(process, argv).await;
                crate::practice::runtime::hold(&self.process.kernel.table).remove(&child);
                code
            }
            Err(fault) => {
                self.complain(format!("{}: {fault}", argv[0])).await;
                fault.code()
            }
        }
    }

    /// What this shell does not do is said by its name.
    pub(super) async fn cannot(&mut self, what: &str) -> Flow {
        self.complain(format!("the practice cluster's shell does not do {what}")).await;
        self.status = 2;
        Flow::Next
    }
}
