using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Tests.Engine;

public sealed class AvailableMemoryTests : IDisposable
{
    private const long Mebi = 1 << 20;
    private readonly string _root = Directory.CreateTempSubdirectory("resprune-proc-").FullName;

    public AvailableMemoryTests() => Write("proc/meminfo", "MemTotal:       8000000 kB\nMemAvailable:   1048576 kB\n");

    [Fact]
    public void WithoutAControlGroupItIsWhatTheMachineHasFree() => Assert.Equal(1024 * Mebi, AvailableMemory.Bytes(_root));

    [Fact]
    public void AControlGroupLimitsItAndCachedPagesDoNotCount()
    {
        Write("proc/self/cgroup", "0::/pod/box\n");
        Write("sys/fs/cgroup/pod/box/memory.max", $"{500 * Mebi}\n");
        Write("sys/fs/cgroup/pod/box/memory.current", $"{300 * Mebi}\n");
        Write("sys/fs/cgroup/pod/box/memory.stat", $"active_file 5\ninactive_file {100 * Mebi}\n");
        Assert.Equal(300 * Mebi, AvailableMemory.Bytes(_root));
    }

    [Fact]
    public void TheTightestGroupOnTheWayUpCounts()
    {
        Write("proc/self/cgroup", "0::/pod/box\n");
        Write("sys/fs/cgroup/pod/box/memory.max", "max\n");
        Write("sys/fs/cgroup/pod/box/memory.current", "0\n");
        Write("sys/fs/cgroup/pod/memory.max", $"{200 * Mebi}\n");
        Write("sys/fs/cgroup/pod/memory.current", $"{50 * Mebi}\n");
        Assert.Equal(150 * Mebi, AvailableMemory.Bytes(_root));
    }

    [Fact]
    public void TheFirstVersionOfControlGroupsIsReadToo()
    {
        Write("proc/self/cgroup", "5:cpu,cpuacct:/box\n4:memory:/box\n0::/\n");
        Write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", $"{700 * Mebi}\n");
        Write("sys/fs/cgroup/memory/box/memory.usage_in_bytes", $"{600 * Mebi}\n");
        Assert.Equal(100 * Mebi, AvailableMemory.Bytes(_root));
    }

    [Theory]
    [InlineData("Max address space", "VmSize")]
    [InlineData("Max data size", "VmData")]
    public void TheLimitsOfTheProcessItselfCount(string limit, string usage)
    {
        Write(
            "proc/self/limits",
            $"Limit                     Soft Limit           Hard Limit           Units     \n{limit,-26}{400 * Mebi,-21}unlimited            bytes     \n");
        Write("proc/self/status", $"Name:\tresprune\n{usage}:\t  {250 * 1024} kB\n");
        Assert.Equal(150 * Mebi, AvailableMemory.Bytes(_root));
        Write("proc/self/limits", $"{limit,-26}unlimited            unlimited            bytes     \n");
        Assert.Equal(1024 * Mebi, AvailableMemory.Bytes(_root));
        Write("proc/self/limits", $"{limit,-26}{100 * Mebi,-21}unlimited            bytes     \n");
        Assert.Equal(0, AvailableMemory.Bytes(_root));
    }

    [Fact]
    public void AMachineThatDoesNotSayIsNotLimited()
    {
        File.Delete(Path.Combine(_root, "proc/meminfo"));
        Assert.Equal(long.MaxValue, AvailableMemory.Bytes(_root));
    }

    [Theory]
    [InlineData(1000, 100, 836)]
    [InlineData(1000, 900, 686)]
    [InlineData(40, 900, 10)]
    [InlineData(0, 900, 0)]
    public void ImagesAndTheHeapAreSetAsideButNeverAll(long free, long images, long left) =>
        Assert.Equal(left * Mebi, DeviceMemory.LessOthers(free * Mebi, images * Mebi));

    [Fact]
    public void ThisMachineHasSome() => Assert.InRange(AvailableMemory.Bytes(), Mebi, 1L << 50);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Write(string name, string content)
    {
        var path = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
