//! What a process may ask of the system: seccomp.
//!
//! Calls are refused, and nothing is killed: what is refused comes back as an error, and the code that
//! wanted it says so itself. What is not named here is allowed. It keeps nobody in who has found a hole in
//! the kernel; it keeps out what has no business in a Raft.

use std::collections::BTreeMap;
use std::env::consts::ARCH;

use libc::{EPERM, c_long};
use rustix::process::getpid;
use seccompiler::SeccompCmpArgLen::{self as Length, Dword, Qword};
use seccompiler::SeccompCmpOp::{self as Compared, Eq, MaskedEq, Ne};
use seccompiler::{BpfProgram, SeccompAction, SeccompCondition, SeccompFilter, SeccompRule, TargetArch, apply_filter};

/// What nobody gets: other processes' memory, the network, ways around what was let go of, and the
/// system itself.
const NEVER: &[c_long] = &[
    // The network.
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    // Whatever is asked through rings passes by this filter.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_tkill,
    libc::SYS_kcmp,
    // What outlives its process.
    libc::SYS_shmget,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // To leave the group that is ended as a whole.
    libc::SYS_setsid,
    libc::SYS_setpgid,
    // Other places and other rights.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_chroot,
    libc::SYS_pivot_root,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_open_by_handle_at,
    // The system.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_acct,
    libc::SYS_syslog,
    libc::SYS_quotactl,
];

/// What starts programs.
const STARTS: &[c_long] = &[libc::SYS_execve, libc::SYS_execveat];

/// What starts processes without saying how.
#[cfg(target_arch = "x86_64")]
const FORKS: &[c_long] = &[libc::SYS_fork, libc::SYS_vfork];
#[cfg(not(target_arch = "x86_64"))]
const FORKS: &[c_long] = &[];

pub(super) fn restrict(starts_programs: bool) -> Result<(), String> {
    filters(starts_programs)
        .and_then(|filters| filters.iter().try_for_each(|filter| apply_filter(filter)).map_err(text))
        .map_err(|error| format!("seccomp: {error}"))
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

fn filters(starts_programs: bool) -> Result<Vec<BpfProgram>, String> {
    let mut refused: BTreeMap<c_long, Vec<SeccompRule>> = NEVER.iter().map(|call| (*call, vec![])).collect();
    if starts_programs {
        // A program that is started may let go of more, and needs some of these calls for that.
        return Ok(vec![program(refused, EPERM)?]);
    }
    // The limits of this process may be asked for, and set no more: the third argument is the new limit.
    refused.insert(libc::SYS_setrlimit, vec![]);
    refused.insert(libc::SYS_prlimit64, vec![rule(2, Qword, Ne, 0)?]);
    // To end with its parent, and to be closed to others, is not to be taken back.
    let settled = [libc::PR_SET_PDEATHSIG, libc::PR_SET_DUMPABLE, libc::PR_SET_PTRACER];
    let settled = settled.map(|option| rule(0, Dword, Eq, u64::from(option.cast_unsigned())));
    refused.insert(libc::SYS_prctl, settled.into_iter().collect::<Result<_, _>>()?);
    refused.extend(STARTS.iter().chain(FORKS).map(|call| (*call, vec![])));
    // Only this process is sent signals: by itself, when it aborts.
    let own = u64::try_from(getpid().as_raw_nonzero().get()).map_err(text)?;
    for call in [libc::SYS_kill, libc::SYS_tgkill] {
        refused.insert(call, vec![rule(0, Dword, Ne, own)?]);
    }
    // Threads are started, and nothing that is more than a thread.
    let thread = u64::from(libc::CLONE_THREAD.cast_unsigned());
    refused.insert(libc::SYS_clone, vec![rule(0, Qword, MaskedEq(thread), 0)?]);
    // A filter cannot look into what the newer call is given. Who hears that there is none takes the older one.
    let newer = BTreeMap::from([(libc::SYS_clone3, vec![])]);
    Ok(vec![program(refused, EPERM)?, program(newer, libc::ENOSYS)?])
}

fn rule(argument: u8, length: Length, compared: Compared, value: u64) -> Result<SeccompRule, String> {
    let condition = SeccompCondition::new(argument, length, compared, value).map_err(text)?;
    SeccompRule::new(vec![condition]).map_err(text)
}

/// A filter that answers these calls with an error, and lets all others pass.
fn program(refused: BTreeMap<c_long, Vec<SeccompRule>>, error: i32) -> Result<BpfProgram, String> {
    let arch: TargetArch = ARCH.try_into().map_err(text)?;
    let answer = SeccompAction::Errno(error.cast_unsigned());
    SeccompFilter::new(refused, SeccompAction::Allow, answer, arch).map_err(text)?.try_into().map_err(text)
}
