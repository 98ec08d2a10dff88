using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Storage;
using ResPrune.Cluster.Workers;

namespace ResPrune.Cluster.Tests.Hosting;

public sealed class OptionsTests
{
    [Fact]
    public void The_defaults_are_valid()
    {
        Assert.True(new GpuWorkerOptionsValidator().Validate(null, new GpuWorkerOptions()).Succeeded);
        Assert.True(new BatchCoordinatorOptionsValidator().Validate(null, new BatchCoordinatorOptions()).Succeeded);
        Assert.True(new StorageOptionsValidator().Validate(null, new StorageOptions()).Succeeded);
    }

    [Fact]
    public void A_value_out_of_range_is_named()
    {
        var workers = new GpuWorkerOptionsValidator().Validate(null, new GpuWorkerOptions { RowsInFlight = 0 });
        var batches = new BatchCoordinatorOptionsValidator().Validate(null, new BatchCoordinatorOptions { LeaseDuration = TimeSpan.Zero });

        Assert.Contains(nameof(GpuWorkerOptions.RowsInFlight), workers.FailureMessage, StringComparison.Ordinal);
        Assert.Contains(nameof(BatchCoordinatorOptions.LeaseDuration), batches.FailureMessage, StringComparison.Ordinal);
    }
}
