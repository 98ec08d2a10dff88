using System.Buffers.Binary;
using System.Text;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.Tests.Weights;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".safetensors");

    [Fact]
    public void ReadsWhatWasStored()
    {
        Write("""{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"F16","shape":[1],"data_offsets":[8,10]}}""", [0, 0, 128, 63, 0, 0, 0, 64, 0, 60]);
        using var file = SafetensorsFile.Open(_path);
        using var a = file.Read(file.Entries["a"]);
        using var b = file.Read(file.Entries["b"]);
        Assert.Equal([1f, 2f], a.data<float>().ToArray());
        Assert.Equal(1f, (float)b.data<Half>().ToArray()[0]);
    }

    [Fact]
    public void ATensorOfMoreThanTwoGibibytesIsUsedWhereItLies()
    {
        const long Count = (1L << 30) + 3;
        CheckpointFolder.WriteHollow(_path, SafetensorsDType.F16, Count, lastBytes: [0, 60]);
        using var file = SafetensorsFile.Open(_path);
        using var view = file.View(Assert.Single(file.Entries.Values));
        using var last = view.narrow(0, Count - 2, 2);
        Assert.Equal(Count, view.numel());
        Assert.Equal([0f, 1f], last.data<Half>().ToArray().Select(value => (float)value));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", 8, "'a' has dtype F8_E4M3")]
    [InlineData("""{"a":{"dtype":"3","shape":[8],"data_offsets":[0,8]}}""", 8, "'a' has dtype 3;")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "needs 12 bytes and has 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "and has 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}""", 8, "impossible shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 8, "truncated or damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "truncated or damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "'a' and 'b' overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "header is malformed")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "header is malformed")]
    [InlineData("""["a"]""", 0, "header is malformed")]
    [InlineData("""{"a":""", 0, "header is malformed")]
    public void RefusesAHeaderThatLies(string header, int dataLength, string expected)
    {
        Write(header, new byte[dataLength]);
        var exception = Assert.Throws<ModelLoadException>(() => SafetensorsFile.Open(_path));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains(_path, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(9UL)]
    [InlineData(1UL << 60)]
    [InlineData(ulong.MaxValue)]
    public void RefusesAHeaderLongerThanTheFile(ulong length)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        File.WriteAllBytes(_path, bytes);
        Assert.Throws<ModelLoadException>(() => SafetensorsFile.Open(_path));
    }

    [Fact]
    public void NamesAFileThatIsNotThere()
    {
        var exception = Assert.Throws<ModelLoadException>(() => SafetensorsFile.Open(_path));
        Assert.Contains(_path, exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_path);

    private void Write(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)json.Length);
        File.WriteAllBytes(_path, [.. prefix, .. json, .. data]);
    }
}
