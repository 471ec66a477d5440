module.exports = { testMatch: ["**/*.test.cjs"], transform: {}, cacheDirectory: "./cache" };
