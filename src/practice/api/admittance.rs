//! Who makes a request, and whether it may: tokens, impersonation, rights.

use axum::http::{HeaderMap, header};

use super::call::Call;
use super::path::{Resource, Target};
use crate::practice::access::{Ask, rbac, token};
use crate::practice::cluster::Practice;
use crate::practice::status::Status;
use crate::practice::user::User;

/// The user of a request: whom the door let in, whose token it carries, or klab itself; and for whom that user speaks.
pub fn user(practice: &Practice, known: Option<User>, headers: &HeaderMap) -> Result<User, Status> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let own = match (known, bearer) {
        (Some(user), _) => user,
        (None, None) => User::administrator(),
        (None, Some(bearer)) => {
            let given = bearer.strip_prefix("Bearer ").unwrap_or_default();
            practice.read(|world| token::user(world, given)).ok_or_else(Status::unauthorized)?
        }
    };
    let spoken = own.clone().speaking_for(headers).map_err(|groups| {
        Status::bad_request(format!(
            "requested &user.DefaultInfo{{Name:\"\", UID:\"\", Groups:[]string{{{groups}}}, Extra:map[string][]string(nil)}} without impersonating a user name"
        ))
    })?;
    if spoken != own {
        let (resource, name) = match spoken.name.strip_prefix("system:serviceaccount:") {
            Some(account) => ("serviceaccounts", account.rsplit(':').next().unwrap_or_default()),
            None => ("users", spoken.name.as_str()),
        };
        let ask = Ask {
            verb: "impersonate".to_owned(),
            resource: resource.to_owned(),
            name: name.to_owned(),
            ..Ask::default()
        };
        if !practice.read(|world| rbac::decide(&world.store, &own, &ask)).allowed {
            return Err(Status::denied(resource, "", name, &ask.refusal(&own)));
        }
    }
    Ok(spoken)
}

/// 403 when the user may not do what the request wants.
pub fn check(practice: &Practice, target: &Target, call: &Call) -> Result<(), Status> {
    let ask = match target {
        Target::Resource(at) => of_resource(at, call),
        Target::Unknown(unknown) => Ask {
            verb: super::verb(&unknown.name, call).to_owned(),
            group: unknown.group.clone(),
            resource: unknown.resource.clone(),
            namespace: unknown.namespace.clone(),
            name: unknown.name.clone(),
            path: String::new(),
        },
        _ => Ask {
            verb: call.method.as_str().to_lowercase(),
            path: call.path.clone(),
            ..Ask::default()
        },
    };
    let decision = practice.read(|world| rbac::decide(&world.store, &call.user, &ask));
    if decision.allowed {
        return Ok(());
    }
    let mut why = ask.refusal(&call.user);
    if !decision.reason.is_empty() {
        why = format!("{why}: {}", decision.reason);
    }
    let resource = ask.resource.split('/').next().unwrap_or_default();
    Err(Status::denied(resource, &ask.group, &ask.name, &why))
}

fn of_resource(at: &Resource, call: &Call) -> Ask {
    let resource = match at.sub.as_str() {
        "" => at.kind.plural.to_owned(),
        sub => format!("{}/{sub}", at.kind.plural),
    };
    // Asking for one name by selector is asking for that object.
    let selected = call.param("fieldSelector").split(',').find_map(|part| part.strip_prefix("metadata.name="));
    let name = if at.name.is_empty() {
        selected.unwrap_or_default().to_owned()
    } else {
        at.name.clone()
    };
    let namespace = if at.kind.plural == "namespaces" {
        at.name.clone()
    } else {
        at.ns().to_owned()
    };
    Ask {
        verb: super::verb(&at.name, call).to_owned(),
        group: at.kind.group.to_owned(),
        resource,
        namespace,
        name,
        path: String::new(),
    }
}
