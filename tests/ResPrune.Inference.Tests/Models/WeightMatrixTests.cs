using ResPrune.Inference.Models;
using ResPrune.Inference.Tests.Engine;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models;

/// <summary>A matrix held in half precision multiplies and is looked up as the same numbers in float32.</summary>
[Collection(nameof(TensorCounting))]
public sealed class WeightMatrixTests
{
    /// <summary>Wide enough that the rows do not fit in one widened block, and end in the middle of one.</summary>
    private const int Rows = 1500, Columns = 4096;

    [Theory]
    [InlineData(ScalarType.BFloat16, 1)]
    [InlineData(ScalarType.BFloat16, 7)]
    [InlineData(ScalarType.Float16, 3)]
    public void ProductsEqualThoseOfTheWidenedMatrix(ScalarType held, int tokens)
    {
        var live = Tensor.TotalCount;
        using (var scope = NewDisposeScope())
        {
            using var inference = inference_mode();
            using var buffer = new WideningBuffer();
            using var narrow = new WeightMatrix(new RandomWeights(1, held) { Widening = buffer }, "w", Rows, Columns);
            var x = randn([1, tokens, Columns]);
            var bias = randn([Rows]);
            var expected = nn.functional.linear(x, narrow.Parameter.to_type(ScalarType.Float32), bias);
            var actual = narrow.Multiply(x, bias);
            Assert.Equal((1, tokens, Rows), (actual.size(0), actual.size(1), actual.size(2)));
            Assert.True(actual.allclose(expected, rtol: 1e-4, atol: 1e-4), $"They differ by {(actual - expected).abs().max().item<float>()}.");
            Assert.True(narrow.Multiply(x).allclose(expected - bias, rtol: 1e-4, atol: 1e-4));
        }

        Assert.Equal(live, Tensor.TotalCount);
    }

    [Fact]
    public void RowsAreWidened()
    {
        using var scope = NewDisposeScope();
        using var narrow = new WeightMatrix(new RandomWeights(2, ScalarType.BFloat16), "w", 10, 6);
        var ids = tensor(new long[] { 9, 0, 9 });
        var rows = narrow.Rows(ids, ScalarType.Float32);
        Assert.Equal(ScalarType.Float32, rows.dtype);
        Assert.True(rows.Equals(narrow.Parameter.to_type(ScalarType.Float32).index_select(0, ids)));
    }
}
