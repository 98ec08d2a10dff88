using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Tests.Engine;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Weights;

/// <summary>Weights as a model gets them: mapped or converted, from one file or several, and gone when it is.</summary>
[Collection(nameof(TensorCounting))]
public sealed class CheckpointWeightsTests : IDisposable
{
    private readonly CheckpointFolder _folder = new();

    public static TheoryData<string> Checkpoints => [.. CheckpointFolder.All];

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void EveryTypeGivesTheStoredValuesAndLeavesNothingBehind(string source)
    {
        using var folder = new CheckpointFolder(source);
        RunningDType[] types = [RunningDType.Float32, new(ScalarType.BFloat16), new(ScalarType.Float32, ScalarType.BFloat16)];
        var live = Tensor.TotalCount;
        foreach (var dtype in types)
        {
            using (var weights = CheckpointWeights.Open(folder.Path, name => name, CPU, dtype))
            {
                foreach (var (entry, bytes) in folder.Tensors().Where(tensor => tensor.Entry.IsFloatingPoint)) Check(weights, entry, bytes, dtype);
                Assert.Equal(64, weights.Digest.Length);
            }

            Assert.Equal(live, Tensor.TotalCount);
            Assert.Empty(Mappings.Of(folder.Path));
        }
    }

    [Fact]
    public void AModelKeepsItsFilesMappedUntilItIsDisposed()
    {
        var stored = CheckpointFiles.SizesOf(_folder.Path);
        var dtype = stored.Float32 > 0 ? RunningDType.Float32 : new RunningDType(ScalarType.Float32, stored.StoredHalf);
        var live = Tensor.TotalCount;
        using (CheckpointModel.Load(ModelFamilies.Open(_folder.Path), CPU, dtype)) Assert.NotEmpty(Mappings.Of(_folder.Path));
        Assert.Equal(live, Tensor.TotalCount);
        Assert.Empty(Mappings.Of(_folder.Path));
    }

    [Fact]
    public void ATensorOutlivesItsFile()
    {
        var (entry, bytes) = _folder.Join().Tensors().First(tensor => tensor.Bytes.Length > 0);
        Tensor view;
        using (var file = SafetensorsFile.Open(_folder.In(_folder.WeightFiles[0]))) view = file.View(file.Entries[entry.Name]);
        using (view)
        {
            Assert.NotEmpty(Mappings.Of(_folder.Path));
            Assert.Equal(bytes, view.bytes.ToArray());
        }

        Assert.Empty(Mappings.Of(_folder.Path));
    }

    [Fact]
    public void MappedWeightsAreNotCopied()
    {
        var stored = CheckpointFiles.SizesOf(_folder.Path);
        var half = stored.Float32 == 0;
        using var files = CheckpointFiles.Open(_folder.Path);
        var entry = files.Files[0].Entries.Values.First(entry => entry.IsFloatingPoint && entry.Length > 0);
        using var first = WeightReader.Read(files.Files[0], entry, entry.ScalarType, CPU);
        using var second = WeightReader.Read(files.Files[0], entry, entry.ScalarType, CPU);
        using var converted = WeightReader.Read(files.Files[0], entry, half ? ScalarType.Float32 : ScalarType.BFloat16, CPU);
        Assert.Equal(TorchNative.Data(first.Handle), TorchNative.Data(second.Handle));
        Assert.NotEqual(TorchNative.Data(first.Handle), TorchNative.Data(converted.Handle));
    }

    [Fact]
    public void MisalignedWeightsAreCopiedAndEqual()
    {
        var tensors = _folder.Tensors().Where(tensor => tensor.Entry.IsFloatingPoint).ToList();
        var path = _folder.In("odd.safetensors");
        for (var padding = 0; padding < 8; padding++)
        {
            CheckpointFolder.Write(path, tensors, padding);
            using var file = SafetensorsFile.Open(path);
            foreach (var (entry, bytes) in tensors)
            {
                var odd = file.Entries[entry.Name];
                using var same = WeightReader.Read(file, odd, odd.ScalarType, CPU);
                Assert.Equal(bytes, same.bytes.ToArray());
                using var wide = WeightReader.Read(file, odd, ScalarType.Float64, CPU);
                using var expected = same.to_type(ScalarType.Float64);
                Assert.True(wide.Equals(expected));
            }
        }
    }

    [Fact]
    public void ConvertingTakesLittleMoreThanTheResult()
    {
        const long Count = 128 << 20, Margin = 96 << 20;
        var path = _folder.In("large.safetensors");
        CheckpointFolder.WriteHollow(path, SafetensorsDType.BF16, Count, lastBytes: []);
        using var file = SafetensorsFile.Open(path);
        var before = Environment.WorkingSet;

        // The kernel counts the peak from here.
        File.WriteAllText("/proc/self/clear_refs", "5");
        using var weight = WeightReader.Read(file, Assert.Single(file.Entries.Values), ScalarType.Float32, CPU);
        var taken = ProcessMemory.PeakResidentBytes() - before;
        Assert.InRange(taken, 2 * Count, (4 * Count) + Margin);
    }

    [Fact]
    public void TheDigestIsTheSameHoweverTheWeightsAreShardedAndNamed()
    {
        var whole = Digest(_folder.Join(), name => name);
        Assert.Equal(whole, Digest(_folder.Split(2), name => name));
        Assert.Equal(whole, Digest(_folder.Split(5, _folder.Tensors().Reverse()), name => name));
        var renamed = _folder.Tensors().Select(tensor => (tensor.Entry with { Name = "model." + tensor.Entry.Name }, tensor.Bytes));
        Assert.Equal(whole, Digest(_folder.Split(3, renamed), name => name["model.".Length..]));
    }

    [Fact]
    public void TheDigestChangesWithAnyBitTypeShapeOrName()
    {
        _folder.Join();
        var tensors = _folder.Tensors().ToList();
        var seen = new HashSet<string> { Digest(_folder, name => name) };
        var oblong = tensors.FindIndex(tensor => tensor.Entry.Shape is [var rows, var columns] && rows != columns);
        var (entry, bytes) = tensors[oblong];
        var flipped = bytes.ToArray();
        flipped[^1] ^= 1;
        (SafetensorsEntry, byte[])[] changes =
        [
            (entry, flipped),
            (entry with { Shape = [.. entry.Shape.Reverse()] }, bytes),
            (entry with { Name = entry.Name + "x" }, bytes),
            (entry with { DType = entry.ElementSize == 2 ? (entry.DType == SafetensorsDType.F16 ? SafetensorsDType.BF16 : SafetensorsDType.F16) : SafetensorsDType.I32 }, bytes),
        ];
        foreach (var change in changes)
        {
            tensors[oblong] = change;
            Assert.True(seen.Add(Digest(_folder.Join(tensors), name => name)), $"The digest did not see {change.Item1}.");
        }
    }

    [Fact]
    public void FaultsOfAllShardsAreReportedTogether()
    {
        var tensors = _folder.Tensors().ToList();
        var oblong = tensors.FindIndex(tensor => tensor.Entry.Shape is [var rows, var columns] && rows != columns);
        var missing = oblong == 0 ? 1 : 0;
        var (shape, gone) = (tensors[oblong].Entry, tensors[missing].Entry);
        tensors[oblong] = (shape with { Shape = [.. shape.Shape.Reverse()] }, tensors[oblong].Bytes);
        tensors[missing] = (gone with { Name = "something.else" }, tensors[missing].Bytes);
        _folder.Split(3, tensors);
        var live = Tensor.TotalCount;
        var exception = Assert.Throws<ModelLoadException>(() => CheckpointModel.Load(ModelFamilies.Open(_folder.Path), CPU, RunningDType.Float32));
        Assert.Contains(ShardIndex.FileName, exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{shape.Name}' has shape [{string.Join(", ", shape.Shape.Reverse())}]", exception.Message, StringComparison.Ordinal);
        Assert.Contains("missing '", exception.Message, StringComparison.Ordinal);
        Assert.Contains("unexpected 'something.else'", exception.Message, StringComparison.Ordinal);
        Assert.Equal(live, Tensor.TotalCount);
        Assert.Empty(Mappings.Of(_folder.Path));
    }

    [Fact]
    public void AnIntegerWeightIsNamed()
    {
        var tensors = _folder.Tensors().ToList();
        var (entry, _) = tensors[0];
        var ints = entry with { DType = SafetensorsDType.I64 };
        _folder.Split(2, [(ints, new byte[entry.Count * 8]), .. tensors.Skip(1)]);
        var exception = Assert.Throws<ModelLoadException>(() => CheckpointModel.Load(ModelFamilies.Open(_folder.Path), CPU, RunningDType.Float32));
        Assert.Contains($"'{entry.Name}' has dtype I64", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StatisticsSayWhatWasLoadedAndReadingTheSameFilesIsTimed()
    {
        _folder.Split(2);
        using var model = CheckpointModel.Load(ModelFamilies.Open(_folder.Path), CPU, RunningDType.Float32);
        var loading = model.Loading;
        Assert.Equal(2, loading.Files);
        Assert.Equal(_folder.WeightFiles.Sum(name => new FileInfo(_folder.In(name)).Length), loading.FileBytes);
        Assert.Equal(4 * model.Parameters, loading.WeightBytes);
        Assert.Equal(loading.WeightBytes + (1L << 30), loading.PeakMemoryBound);
        Assert.True(loading.Seconds > 0);
        WeightFileReading.DropFromCache(_folder.Path);
        Assert.True(WeightFileReading.Seconds(_folder.Path, CancellationToken.None) > 0);
        Assert.InRange(ProcessMemory.PeakResidentBytes(), 1L << 20, 1L << 40);
    }

    public void Dispose() => _folder.Dispose();

    private static void Check(CheckpointWeights weights, SafetensorsEntry entry, byte[] bytes, RunningDType dtype)
    {
        using var scope = NewDisposeScope();
        var stored = empty([.. entry.Shape], dtype: entry.ScalarType);
        bytes.CopyTo(stored.bytes);
        var matrix = entry.Shape.Count == 2;
        var weight = matrix ? weights.TakeMatrix(entry.Name, entry.Shape[0], entry.Shape[1]) : weights.Take(entry.Name, [.. entry.Shape]);
        var half = entry.DType is SafetensorsDType.F16 or SafetensorsDType.BF16;
        Assert.Equal(matrix ? (dtype.Widens && half ? entry.ScalarType : dtype.Weights) : dtype.Compute, weight.dtype);
        Assert.True(weight.Equals(stored.to_type(weight.dtype)), $"{entry.Name} as {dtype} differs from what is stored.");
    }

    private static string Digest(CheckpointFolder folder, Func<string, string?> canonicalName)
    {
        using var weights = CheckpointWeights.Open(folder.Path, canonicalName, CPU, RunningDType.Float32);
        return weights.Digest;
    }
}
