using Microsoft.Extensions.Time.Testing;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

public sealed class LocalFolderProbeTests : IDisposable
{
    private const int NoSpace = 28;
    private const int NoLocks = 37;
    private readonly TemporaryFolder _folder = new();

    private string Temporary => Path.Combine(_folder.Path, ".resprune-store", "tmp");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_sound_folder_is_probed_in_every_step_and_nothing_is_left_behind()
    {
        var called = new List<string>();
        var store = Open(new ProbedCalls
        {
            TryLink = (from, to) => Note("link", Posix.TryLink(from, to)),
            TryLock = (handle, path) => Note("lock", Posix.TryLock(handle, path)),
            Replace = (from, to) =>
            {
                Posix.Replace(from, to);
                called.Add("replace");
            },
        });
        Assert.Equal(["link 0", "link 17", "lock True", "lock False", "replace"], called);
        Assert.Empty(Directory.GetFiles(Temporary));
        Assert.Empty(await store.NamesAsync());

        T Note<T>(string call, T result)
        {
            called.Add($"{call} {result}");
            return result;
        }
    }

    [Fact]
    public void A_name_that_can_be_created_twice_is_refused() => AssertRefused(
        new ProbedCalls
        {
            TryLink = (from, to) =>
            {
                File.Copy(from, to, overwrite: true);
                return 0;
            },
        },
        "create-only writes do not work (link created a name that existed)");

    [Fact]
    public void A_second_create_that_is_refused_but_done_all_the_same_is_refused() => AssertRefused(
        new ProbedCalls
        {
            TryLink = (from, to) =>
            {
                var error = File.Exists(to) ? ErrorNumber.Exists : 0;
                File.Copy(from, to, overwrite: true);
                return error;
            },
        },
        "create-only writes do not work (link refused a name that existed and changed it)");

    [Fact]
    public void A_link_that_fails_for_another_reason_is_refused() => AssertRefused(
        new ProbedCalls { TryLink = (_, _) => ErrorNumber.Access }, "create-only writes do not work (link of '");

    [Theory]
    [InlineData(ErrorNumber.NotPermitted)]
    [InlineData(ErrorNumber.NotSupported)]
    [InlineData(ErrorNumber.NotImplemented)]
    public void Without_hard_links_the_other_steps_decide(int error)
    {
        Open(new ProbedCalls { TryLink = (_, _) => error });
        AssertRefused(new ProbedCalls { TryLink = (_, _) => error, TryLock = (_, _) => true }, "locks do not work");
    }

    [Fact]
    public void A_lock_with_two_holders_is_refused() => AssertRefused(
        new ProbedCalls { TryLock = (_, _) => true }, "locks do not work (flock gave one lock to two holders)");

    [Fact]
    public void A_lock_that_nobody_gets_is_refused() => AssertRefused(
        new ProbedCalls { TryLock = (_, _) => false }, "locks do not work (flock refused a lock that nobody held)");

    [Theory]
    [InlineData(ErrorNumber.NotImplemented)]
    [InlineData(NoLocks)]
    public void A_file_system_without_locks_is_refused_with_the_systems_reason(int error) => AssertRefused(
        new ProbedCalls { TryLock = (_, path) => throw Posix.Error("flock", path, error) }, $"(errno {error}))");

    [Fact]
    public void A_replaced_file_that_is_read_as_before_is_refused() => AssertRefused(
        new ProbedCalls { Replace = (_, _) => { } }, "replacing files does not work (after rename the file was read back as it was before)");

    [Fact]
    public void A_full_disk_is_told_as_such_and_not_as_an_unfit_file_system()
    {
        var refusal = Assert.Throws<BlobStoreUnavailableException>(
            () => Open(new ProbedCalls { Replace = (_, to) => throw Posix.Error("rename", to, NoSpace) }));
        Assert.Contains("cannot be written", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("No space left", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Temporary));
    }

    [Theory]
    [InlineData("nfs", "rw,vers=3,nolock", "locks do not reach other machines (it is mounted with 'nolock')", "local_lock=none")]
    [InlineData("cifs", "rw,nobrl", "locks do not reach other machines (it is mounted with 'nobrl')", "without nobrl")]
    public void A_mount_with_local_locks_is_refused_though_the_steps_would_pass(string type, string options, string fault, string remedy)
    {
        var message = AssertRefused(new ProbedCalls { MountTable = () => [$"1 0 0:1 / / rw - {type} server:/x {options}"] }, fault);
        Assert.Contains($"(file system: {type}, mounted at '/')", message, StringComparison.Ordinal);
        Assert.Contains(remedy, message, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_network_mount_with_shared_locks_the_steps_decide()
    {
        var nfs = new ProbedCalls { MountTable = () => ["1 0 0:1 / / rw - nfs4 server:/x rw,vers=4.1,local_lock=none"] };
        Open(nfs);
        Assert.Contains("mount it by NFS 4.1", AssertRefused(nfs with { TryLock = (_, _) => true }, "locks do not work"), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_mount_table_the_steps_decide()
    {
        var calls = new ProbedCalls { MountTable = () => throw new FileNotFoundException() };
        Open(calls);
        Assert.Contains("file system: unknown", AssertRefused(calls with { TryLock = (_, _) => true }, "locks do not work"), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_a_killed_probe_go_after_an_hour()
    {
        var leftover = _folder.Write($".resprune-store/tmp/{LocalFolderProbe.FilePrefix}dead-first", "1");
        var written = File.GetLastWriteTimeUtc(leftover);
        LocalFolderBlobStore.OpenOrCreate(_folder.Path, new FakeTimeProvider(written.AddMinutes(59)));
        Assert.True(File.Exists(leftover), "a probe's file that may still be in use was removed");
        LocalFolderBlobStore.OpenOrCreate(_folder.Path, new FakeTimeProvider(written.AddMinutes(61)));
        Assert.False(File.Exists(leftover), "an hour-old file of a probe was kept");
    }

    private LocalFolderBlobStore Open(ProbedCalls calls) => LocalFolderBlobStore.OpenOrCreate(_folder.Path, time: null, retry: null, calls);

    private string AssertRefused(ProbedCalls calls, string fault)
    {
        var refusal = Assert.Throws<BlobStoreUnavailableException>(() => Open(calls));
        Assert.Contains($"The folder '{_folder.Path}' (file system: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(fault, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Use a folder on a local disk or a container of Azure Blob Storage", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.Empty(Directory.GetFiles(Temporary));
        return refusal.Message;
    }
}
