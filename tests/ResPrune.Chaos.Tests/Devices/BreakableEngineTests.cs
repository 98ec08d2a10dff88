using ResPrune.Chaos.Devices;
using ResPrune.Chaos.Faults;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Pruning;

namespace ResPrune.Chaos.Tests.Devices;

public sealed class BreakableEngineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("resprune-breakable-").FullName;

    private string Orders => Path.Combine(_folder, "worker.device");

    [Fact]
    public async Task ADeviceWithoutAnOrderAnswersAndPassesItsCheck()
    {
        await using var engine = Create();
        Assert.Equal("an answer to What?", await AskAsync(engine));
        await engine.CheckDeviceAsync(CancellationToken.None);
        Assert.False(engine.DeviceFailure.IsCompleted);
    }

    [Fact]
    public async Task ADeviceThatThrowsDoesSoAtOnceAndFailsItsCheck()
    {
        await using var engine = Create();
        new DeviceOrder(FaultKind.DeviceThrows, 0).Write(Orders);
        await Assert.ThrowsAsync<InvalidOperationException>(() => AskAsync(engine));
        Assert.False(engine.DeviceFailure.IsCompleted);
        await Assert.ThrowsAsync<DeviceFailedException>(() => engine.CheckDeviceAsync(CancellationToken.None));
        Assert.Contains("a matrix product came out wrong", await engine.DeviceFailure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADeviceThatDiesAnswersSoManyFirst()
    {
        await using var engine = Create();
        new DeviceOrder(FaultKind.DeviceDies, 2).Write(Orders);
        await AskAsync(engine);
        await engine.CheckDeviceAsync(CancellationToken.None);
        await AskAsync(engine);
        await Assert.ThrowsAsync<DeviceFailedException>(() => AskAsync(engine));
        await Assert.ThrowsAsync<DeviceFailedException>(() => engine.CheckDeviceAsync(CancellationToken.None));
        await engine.DeviceFailure;
    }

    [Fact]
    public async Task AWrongDeviceAnswersOtherwiseAndFailsItsCheck()
    {
        await using var engine = Create();
        new DeviceOrder(FaultKind.DeviceWrong, 1).Write(Orders);
        Assert.Equal("an answer to What?", await AskAsync(engine));
        Assert.NotEqual("an answer to What?", await AskAsync(engine));
        await Assert.ThrowsAsync<DeviceFailedException>(() => engine.CheckDeviceAsync(CancellationToken.None));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private BreakableEngine Create() => new(new PacedEngine("clock:0", TimeSpan.FromMilliseconds(1)), Orders);

    private static async Task<string> AskAsync(BreakableEngine engine)
    {
        var request = new GenerationRequest { RequestId = "r", Image = new byte[1], Question = "What?", Pruning = new PruningOptions { Keep = TokenBudget.Parse("1/3") } };
        return Assert.IsType<GenerationResult>(await engine.GenerateAsync(request, CancellationToken.None)).Text;
    }
}
