using ResPrune.Cluster.Placement;

namespace ResPrune.Cluster.Tests.Placement;

public sealed class GpuWorkerKeyTests
{
    [Theory]
    [InlineData("worker-0/cpu", "worker-0", "cpu")]
    [InlineData("pool/a/cuda:3", "pool/a", "cuda:3")]
    public void The_device_is_what_follows_the_last_slash(string text, string silo, string device)
    {
        var key = GpuWorkerKey.Parse(text);

        Assert.Equal(new GpuWorkerKey(silo, device), key);
        Assert.Equal(text, key.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("worker")]
    [InlineData("/cpu")]
    [InlineData("worker/")]
    public void What_lacks_a_silo_or_a_device_is_no_key(string text)
    {
        var exception = Assert.Throws<FormatException>(() => GpuWorkerKey.Parse(text));

        Assert.Contains($"'{text}'", exception.Message, StringComparison.Ordinal);
    }
}
