//! Redirections: which descriptor a command reads from and writes to.

use std::sync::{Arc, Mutex};

use brush_parser::ast::{IoFileRedirectKind, IoFileRedirectTarget, IoRedirect};

use super::Shell;
use crate::practice::runtime::files::{Data, Fault};
use crate::practice::runtime::process::{Descriptors, File};

impl Shell {
    /// The descriptors after redirection; what cannot be opened is said.
    pub(super) async fn redirected(&mut self, redirects: &[&IoRedirect]) -> Result<Descriptors, ()> {
        let before = self.process.files.clone();
        for redirect in redirects {
            if self.redirect(redirect).await.is_err() {
                self.process.files = before;
                return Err(());
            }
        }
        Ok(std::mem::replace(&mut self.process.files, before))
    }

    async fn redirect(&mut self, redirect: &IoRedirect) -> Result<(), ()> {
        match redirect {
            IoRedirect::File(fd, kind, IoFileRedirectTarget::Filename(word)) => {
                let path = self.whole(&word.value).await.map_err(drop)?;
                self.open(fd.map(|fd| fd as u32), kind, &path).await
            }
            IoRedirect::File(fd, kind, IoFileRedirectTarget::Fd(from)) => self.duplicate(fd.map(|fd| fd as u32), kind, &from.to_string()).await,
            IoRedirect::File(fd, kind, IoFileRedirectTarget::Duplicate(word)) => {
                let from = self.whole(&word.value).await.map_err(drop)?;
                self.duplicate(fd.map(|fd| fd as u32), kind, &from).await
            }
            IoRedirect::HereDocument(fd, document) => {
                let text = if document.requires_expansion {
                    self.document(&document.doc.value).await.map_err(drop)?
                } else {
                    document.doc.value.clone()
                };
                self.feed(fd.map_or(0, |fd| fd as u32), &text);
                Ok(())
            }
            IoRedirect::HereString(fd, word) => {
                let text = self.whole(&word.value).await.map_err(drop)?;
                self.feed(fd.map_or(0, |fd| fd as u32), &format!("{text}\n"));
                Ok(())
            }
            IoRedirect::OutputAndError(word, append) => {
                let path = self.whole(&word.value).await.map_err(drop)?;
                let kind = if *append { IoFileRedirectKind::Append } else { IoFileRedirectKind::Write };
                self.open(Some(1), &kind, &path).await?;
                let both = self.process.files.get(&1).cloned();
                both.map(|file| self.process.files.insert(2, file));
                Ok(())
            }
            IoRedirect::File(_, _, IoFileRedirectTarget::ProcessSubstitution(..)) => {
                self.cannot("process substitution").await;
                Err(())
            }
        }
    }

    fn feed(&mut self, fd: u32, text: &str) {
        let content = Arc::new(Mutex::new(Data::from(text)));
        let file = File::Disk {
            content,
            at: Arc::default(),
            append: false,
        };
        self.process.files.insert(fd, file);
    }

    async fn open(&mut self, fd: Option<u32>, kind: &IoFileRedirectKind, path: &str) -> Result<(), ()> {
        let reads = matches!(kind, IoFileRedirectKind::Read);
        let opened = match kind {
            IoFileRedirectKind::Read => self.process.open(path),
            IoFileRedirectKind::Append | IoFileRedirectKind::ReadAndWrite => self.process.create(path, true),
            _ => self.process.create(path, false),
        };
        match opened {
            Ok(file) => {
                self.process.files.insert(fd.unwrap_or(u32::from(!reads)), file);
                Ok(())
            }
            Err(fault) => {
                let why = match fault {
                    Fault::Missing | Fault::NotFolder if reads => "no such file".to_owned(),
                    Fault::Missing | Fault::NotFolder => "nonexistent directory".to_owned(),
                    other => other.to_string(),
                };
                let verb = if reads { "open" } else { "create" };
                self.complain(format!("can't {verb} {path}: {why}")).await;
                Err(())
            }
        }
    }

    async fn duplicate(&mut self, fd: Option<u32>, kind: &IoFileRedirectKind, from: &str) -> Result<(), ()> {
        let fd = fd.unwrap_or(u32::from(!matches!(kind, IoFileRedirectKind::DuplicateInput)));
        let from = from.trim_start_matches('&');
        if from == "-" {
            self.process.files.remove(&fd);
            return Ok(());
        }
        match from.parse().ok().and_then(|number: u32| self.process.files.get(&number).cloned()) {
            Some(file) => {
                self.process.files.insert(fd, file);
                Ok(())
            }
            None => {
                self.complain(format!("{from}: Bad file descriptor")).await;
                Err(())
            }
        }
    }
}
