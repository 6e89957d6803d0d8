//! What the processes ask of the world, answered: sleep, names, connections, the API.

use std::time::Duration;

use super::kernel::Call;
use super::task::Slot;
use super::{Runtime, hold};
use crate::practice::field::text;
use crate::practice::kind::POD;
use crate::practice::net::{NoRoute, Stream, connection, dns, route};
use crate::practice::world::World;

/// How long a connection is tried that nothing answers.
const CONNECT: Duration = Duration::from_secs(127);
/// How long a silent name server is asked.
const LOOKUP: Duration = Duration::from_secs(10);
const UNREACHABLE: Duration = Duration::from_secs(3);

impl Runtime {
    /// Answers what the processes ask.
    pub(super) fn answer(&mut self, world: &mut World) {
        loop {
            let calls = std::mem::take(&mut *hold(&self.calls));
            if calls.is_empty() {
                return;
            }
            for (id, call) in calls {
                match call {
                    Call::Sleep(wait, slot) if slot.wanted() => self.at(world.now + wait, Box::new(move || slot.answer(()))),
                    Call::Sleep(..) => {}
                    Call::Spawn(pid, program) => self.start(id, pid, program),
                    Call::End(pid) => self.end(id, pid),
                    Call::Exit(code) => self.exited(world, id, code, ""),
                    Call::OutOfMemory => self.exited(world, id, 137, "OOMKilled"),
                    Call::Resolve(name, slot) => self.resolve(world, id, &name, slot),
                    Call::Connect(address, port, slot) => self.connect(world, id, &address, port, slot),
                    Call::Tell(key) => {
                        if let Some(driver) = self.driver {
                            world.queue(driver, *key, Duration::ZERO);
                        }
                    }
                    Call::Api(call, slot) => self.outbox.push((call, slot)),
                }
            }
        }
    }

    fn end(&mut self, id: u64, pid: u32) {
        let Some(container) = self.containers.get_mut(&id) else { return };
        let gone: Vec<u64> = container.tasks.iter().filter(|(own, _)| *own == pid).map(|(_, task)| *task).collect();
        container.tasks.retain(|(own, _)| *own != pid);
        for task in gone {
            self.tasks.remove(&task);
        }
    }

    /// The pod of a container; the outside has none.
    fn pod(&self, world: &World, id: u64) -> Option<serde_json::Value> {
        let facts = &self.containers.get(&id)?.kernel.facts;
        world.store.get(&POD, &facts.namespace, &facts.pod)
    }

    fn resolve(&mut self, world: &World, id: u64, name: &str, slot: Slot<Result<Vec<String>, NoRoute>>) {
        let pod = self.pod(world, id);
        match dns::resolve(world, pod.as_ref(), name) {
            Err(NoRoute::Deaf) => self.at(world.now + LOOKUP, Box::new(move || slot.answer(Err(NoRoute::Deaf)))),
            answer => slot.answer(answer),
        }
    }

    fn connect(&mut self, world: &mut World, id: u64, address: &str, port: u16, slot: Slot<Result<Stream, NoRoute>>) {
        let pod = self.pod(world, id);
        let own = pod.as_ref().map_or("", |pod| text(&pod["status"]["podIP"])).to_owned();
        let uid = self.containers.get(&id).map(|container| container.kernel.facts.uid.clone());
        let found = match uid.filter(|_| address.starts_with("127.") || address == own) {
            Some(uid) => Ok(route::Target::Pod(uid, port)),
            None => route::find(world, pod.as_ref(), address, port),
        };
        let answer = found.and_then(|target| match target {
            route::Target::Pod(uid, port) => self.reach(&uid, port, &own).ok_or(NoRoute::Refused),
            // It speaks TLS, which the programs here do not; the connection itself is there.
            route::Target::Api => Ok(connection(&own, address).0),
        });
        let wait = match answer {
            Err(NoRoute::TimedOut) => CONNECT,
            Err(NoRoute::Unreachable) => UNREACHABLE,
            _ => return slot.answer(answer),
        };
        self.at(world.now + wait, Box::new(move || slot.answer(answer)));
    }

    /// Connects to a port of a pod, past all policies; `None` when nobody listens.
    pub fn reach(&self, uid: &str, port: u16, from: &str) -> Option<Stream> {
        let network = self.networks.get(uid)?;
        let listener = hold(&network.listeners).get(&port).cloned()?;
        let address = hold(&network.address).clone();
        Some(listener.connect(from, &address))
    }
}
