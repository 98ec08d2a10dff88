using ResPrune.Chaos.Scenarios;
using ResPrune.TinyModel.Export;

namespace ResPrune.Chaos.Tests.Scenarios;

public sealed class OtherModelTests
{
    [Fact]
    public void OnlyThePatchesAreOthersAndAllOfTheirValuesAreStillThere()
    {
        var parent = Directory.CreateTempSubdirectory("resprune-other-model-").FullName;
        var other = File.ReadAllBytes(Path.Combine(OtherModel.Create(parent), "model.safetensors"));
        var bundled = File.ReadAllBytes(Path.Combine(BundledModel.Directory, "model.safetensors"));
        Directory.Delete(parent, recursive: true);
        Assert.Equal(bundled.Length, other.Length);
        var changed = Enumerable.Range(0, bundled.Length).Where(n => bundled[n] != other[n]).ToList();
        // 128 channels, 3 colours, 8 by 8, float16.
        Assert.InRange(changed.Count, 1, 128 * 3 * 8 * 8 * 2);
        Assert.InRange(changed[^1] - changed[0], 1, 128 * 3 * 8 * 8 * 2);
        Assert.Equal(bundled[changed[0]..(changed[^1] + 1)].Order(), other[changed[0]..(changed[^1] + 1)].Order());
    }
}
