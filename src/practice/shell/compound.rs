//! Loops, branches, groups, subshells and functions.

use brush_parser::ast::{
    ArithmeticCommand, CaseClauseCommand, CaseItemPostAction, CompoundCommand, CompoundList, ExtendedTestExpr, ForClauseCommand, FunctionBody, IfClauseCommand,
    IoRedirect, RedirectList,
};

use super::{DEEPEST, Flow, Shell, glob};

impl Shell {
    pub(super) async fn compound(&mut self, command: &CompoundCommand, redirects: Option<&RedirectList>) -> Flow {
        let redirects: Vec<&IoRedirect> = redirects.iter().flat_map(|list| &list.0).collect();
        let Ok(files) = self.redirected(&redirects).await else {
            self.status = 1;
            return Flow::Next;
        };
        let before = std::mem::replace(&mut self.process.files, files);
        let flow = match command {
            CompoundCommand::BraceGroup(group) => self.list(&group.list).await,
            CompoundCommand::Subshell(subshell) => self.subshell(subshell.list.clone()).await,
            CompoundCommand::IfClause(clause) => self.branch(clause).await,
            CompoundCommand::WhileClause(clause) => self.repeat(&clause.0, &clause.1.list, 0).await,
            CompoundCommand::UntilClause(clause) => self.repeat(&clause.0, &clause.1.list, 1).await,
            CompoundCommand::ForClause(clause) => self.each(clause).await,
            CompoundCommand::CaseClause(clause) => self.case(clause).await,
            CompoundCommand::Arithmetic(ArithmeticCommand { expr, .. }) => {
                self.status = match self.calculate(&expr.value).await {
                    Ok(0) | Err(_) => 1,
                    Ok(_) => 0,
                };
                Flow::Next
            }
            CompoundCommand::ArithmeticForClause(_) => self.cannot("for ((…))").await,
            CompoundCommand::Coprocess(_) => self.cannot("coproc").await,
        };
        self.process.files = before;
        flow
    }

    async fn subshell(&mut self, list: CompoundList) -> Flow {
        let mut shell = self.clone();
        shell.traps.clear();
        let child = self.process.spawn(vec![list.to_string()], |process| async move {
            shell.process = process;
            shell.list(&list).await;
            let code = shell.status;
            shell.leave(code).await
        });
        self.status = self.process.wait(child, false).await.unwrap_or(127);
        Flow::Next
    }

    /// A list whose failure is no failure of the script.
    async fn condition(&mut self, list: &CompoundList) -> Flow {
        self.conditions += 1;
        let flow = self.list(list).await;
        self.conditions -= 1;
        flow
    }

    async fn branch(&mut self, clause: &IfClauseCommand) -> Flow {
        let flow = self.condition(&clause.condition).await;
        if flow != Flow::Next {
            return flow;
        }
        if self.status == 0 {
            return self.list(&clause.then).await;
        }
        for other in clause.elses.iter().flatten() {
            if let Some(condition) = &other.condition {
                let flow = self.condition(condition).await;
                if flow != Flow::Next {
                    return flow;
                }
                if self.status != 0 {
                    continue;
                }
            }
            return self.list(&other.body).await;
        }
        self.status = 0;
        Flow::Next
    }

    /// What a loop makes of its body's flow: `Some` ends the loop with it.
    fn around(flow: Flow) -> Option<Flow> {
        match flow {
            Flow::Next | Flow::Continue(1) => None,
            Flow::Break(1) => Some(Flow::Next),
            Flow::Break(more) => Some(Flow::Break(more - 1)),
            Flow::Continue(more) => Some(Flow::Continue(more - 1)),
            other => Some(other),
        }
    }

    /// `while` goes on at 0, `until` at anything else.
    async fn repeat(&mut self, condition: &CompoundList, body: &CompoundList, until: i32) -> Flow {
        let mut last = 0;
        self.loops += 1;
        let flow = loop {
            self.process.kernel.step().await;
            let flow = self.condition(condition).await;
            if let Some(flow) = Self::around(flow) {
                break flow;
            }
            if i32::from(self.status != 0) != until {
                self.status = last;
                break Flow::Next;
            }
            let flow = self.list(body).await;
            last = self.status;
            if let Some(flow) = Self::around(flow) {
                break flow;
            }
        };
        self.loops -= 1;
        flow
    }

    async fn each(&mut self, clause: &ForClauseCommand) -> Flow {
        let mut values = Vec::new();
        match &clause.values {
            None => values.clone_from(&self.arguments),
            Some(words) => {
                for word in words {
                    match self.fields(&word.value).await {
                        Ok(fields) => values.extend(fields),
                        Err(flow) => return flow,
                    }
                }
            }
        }
        self.status = 0;
        self.loops += 1;
        let mut ended = Flow::Next;
        for value in values {
            self.process.kernel.step().await;
            if let Err(why) = self.assign(&clause.variable_name, value, 0).await {
                self.complain(why).await;
                self.status = 2;
                ended = Flow::Exit;
                break;
            }
            let flow = self.list(&clause.body.list).await;
            if let Some(flow) = Self::around(flow) {
                ended = flow;
                break;
            }
        }
        self.loops -= 1;
        ended
    }

    async fn case(&mut self, clause: &CaseClauseCommand) -> Flow {
        let subject = match self.whole(&clause.value.value).await {
            Ok(subject) => subject,
            Err(flow) => return flow,
        };
        self.status = 0;
        let mut falls = false;
        for item in &clause.cases {
            let mut hit = falls;
            for pattern in &item.patterns {
                match self.pattern(&pattern.value).await {
                    Ok(pattern) => hit |= glob::matches(&pattern, &subject),
                    Err(flow) => return flow,
                }
            }
            if !hit {
                continue;
            }
            if let Some(list) = &item.cmd {
                let flow = self.list(list).await;
                if flow != Flow::Next {
                    return flow;
                }
            }
            match item.post_action {
                CaseItemPostAction::ExitCase => break,
                CaseItemPostAction::UnconditionallyExecuteNextCaseItem => falls = true,
                CaseItemPostAction::ContinueEvaluatingCases => falls = false,
            }
        }
        Flow::Next
    }

    pub(super) async fn function(&mut self, body: &FunctionBody, argv: Vec<String>, extra: Vec<(String, String)>) -> Flow {
        if self.depth >= DEEPEST {
            self.complain(format!("{}: function calls too deep", argv[0])).await;
            self.status = 2;
            return Flow::Exit;
        }
        for (name, value) in extra {
            // A read-only variable stays what it is.
            let _ = self.assign(&name, value, 0).await;
        }
        let arguments = std::mem::replace(&mut self.arguments, argv.into_iter().skip(1).collect());
        self.depth += 1;
        self.locals.push(std::collections::BTreeMap::new());
        let flow = Box::pin(self.compound(&body.0, body.1.as_ref())).await;
        for (name, before) in self.locals.pop().unwrap_or_default() {
            match before {
                Some(variable) => drop(self.variables.insert(name, variable)),
                None => drop(self.variables.remove(&name)),
            }
        }
        self.depth -= 1;
        self.arguments = arguments;
        if flow == Flow::Return { Flow::Next } else { flow }
    }

    /// `[[ … ]]`, of which string comparison and the unary tests are done.
    pub(super) async fn extended(&mut self, test: &ExtendedTestExpr) -> Flow {
        let words: Vec<String> = match test {
            ExtendedTestExpr::UnaryTest(predicate, word) => match self.whole(&word.value).await {
                Ok(text) => vec![predicate.to_string(), text],
                Err(flow) => return flow,
            },
            ExtendedTestExpr::BinaryTest(predicate, left, right) => {
                let left = match self.whole(&left.value).await {
                    Ok(text) => text,
                    Err(flow) => return flow,
                };
                let operator = predicate.to_string();
                if matches!(operator.as_str(), "==" | "=" | "!=") {
                    return match self.pattern(&right.value).await {
                        Ok(pattern) => {
                            self.status = i32::from(glob::matches(&pattern, &left) == (operator == "!="));
                            Flow::Next
                        }
                        Err(flow) => flow,
                    };
                }
                match self.whole(&right.value).await {
                    Ok(right) => vec![left, operator, right],
                    Err(flow) => return flow,
                }
            }
            ExtendedTestExpr::Not(inner) => {
                let flow = Box::pin(self.extended(inner)).await;
                self.status = i32::from(self.status == 0);
                return flow;
            }
            ExtendedTestExpr::Parenthesized(inner) => return Box::pin(self.extended(inner)).await,
            ExtendedTestExpr::And(left, right) | ExtendedTestExpr::Or(left, right) => {
                let both = matches!(test, ExtendedTestExpr::And(..));
                let flow = Box::pin(self.extended(left)).await;
                return if flow == Flow::Next && (self.status == 0) == both {
                    Box::pin(self.extended(right)).await
                } else {
                    flow
                };
            }
        };
        self.status = super::tools::test::holds(&self.process, &words).map_or(2, |holds| i32::from(!holds));
        Flow::Next
    }
}
